-- The days on which a person bought by own accord, and how many days passed until the next; after the last, how many so far.
with

days as (
    select
        person_id,
        cast(ordered_at as date) as purchased_on,
        count(*) as orders
    from {{ ref('int_kept_orders') }}
    where not is_renewal and person_id is not null
    group by person_id, cast(ordered_at as date)
),

numbered as (
    select
        person_id,
        purchased_on,
        orders,
        row_number() over (partition by person_id order by purchased_on) as purchase_number,
        lead(purchased_on) over (partition by person_id order by purchased_on) as next_on
    from days
)

select
    numbered.person_id,
    numbered.purchased_on,
    numbered.orders,
    numbered.purchase_number,
    {{ dbt.datediff('numbered.purchased_on', 'numbered.next_on', 'day') }} as gap_days,
    {{ post_purchase_gate.greatest() }}({{ dbt.datediff('numbered.purchased_on', 'cast(reach.orders_through as date)', 'day') }}, 0) as seen_days
from numbered
cross join {{ ref('int_outcome_reach') }} as reach
