{%- set own = '(partition by customer_key, sku_key order by bought_on rows between unbounded preceding and current row)' -%}
{%- set all = '(partition by customer_key order by bought_on, sku_key rows between unbounded preceding and current row)' -%}
-- The interval expected of each purchase when it was made: a log-normal posterior over the customer's own gaps of the SKU so far (with two
-- pseudo-gaps), and how much faster or slower than usual he is with all he buys. Only gaps that were over by then count.
with

spells as (
    select
        spells.*,
        sku_days.log_days,
        case when spells.is_rebought then cast(ln(spells.days / cast(spells.units as {{ post_purchase_gate.type_double() }})) as decimal(18, 9)) end
            as log_gap
    from {{ ref('int_rebuy_spells') }} as spells
    inner join {{ ref('int_rebuy_sku_days') }} as sku_days
        on spells.sku_key = sku_days.sku_key and spells.snapshot_at = sku_days.snapshot_at
    inner join {{ ref('int_snapshots') }} as snapshots
        on spells.snapshot_at = snapshots.snapshot_at
    where snapshots.is_current and sku_days.basis <> 'none'
),

ended as (
    select
        *,
        lag(log_gap) over (partition by customer_key, sku_key order by bought_on) as ended_log_gap
    from spells
),

summed as (
    select
        *,
        count(ended_log_gap) over {{ own }} as own_gaps,
        coalesce(sum(ended_log_gap) over {{ own }}, 0) as own_log_sum,
        count(ended_log_gap) over {{ all }} as all_gaps,
        coalesce(sum(ended_log_gap - log_days) over {{ all }}, 0) as all_residuals
    from ended
)

select
    customer_key,
    sku_key,
    bought_on,
    next_on,
    units,
    is_usable,
    is_rebought,
    own_gaps,
    {{ post_purchase_gate.rebuy_history('own_gaps') }} as history,
    cast(
        units * exp(
            cast(own_log_sum + 2 * (log_days + 0.7 * all_residuals / (all_gaps + 10)) as {{ post_purchase_gate.type_double() }})
            / (own_gaps + 2)
        ) as decimal(18, 6)
    ) as expected_days
from summed
