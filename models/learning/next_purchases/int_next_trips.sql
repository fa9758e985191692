{%- set days_ago = dbt.datediff('bought_on', 'cast(' ~ post_purchase_gate.learned_at() ~ ' as date)', 'day') -%}
-- A day of orders is a trip: what was ordered twice in a day was one decision. Renewals are no decision, and gifts say little about the giver.
with

days as (
    select
        lines.customer_id,
        cast(lines.ordered_at as date) as bought_on,
        count(distinct lines.sku) as skus
    from {{ ref('int_pair_lines') }} as lines
    where lines.snapshot_at = {{ post_purchase_gate.learned_at() }} and not lines.is_renewal and not lines.is_gift
    group by lines.customer_id, cast(lines.ordered_at as date)
)

select
    customer_id,
    bought_on,
    cast(skus as integer) as skus,
    -- the week that ends with as_of is the first one ago
    cast(floor({{ days_ago }} / 7.0) + 1 as integer) as weeks_ago,
    cast(row_number() over (partition by customer_id order by bought_on) as integer) as trip_number,
    cast(count(*) over (partition by customer_id) as integer) as trips,
    max(bought_on) over (partition by customer_id) as last_bought_on
from days
