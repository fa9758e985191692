-- The person's own gaps of a SKU that were over at a snapshot, per unit bought.
with

gaps as (
    select
        spells.snapshot_at,
        spells.customer_key,
        sku_days.sku,
        sku_days.log_days,
        cast(ln(spells.days / cast(spells.units as {{ post_purchase_gate.type_double() }})) as decimal(18, 9)) as log_gap
    from {{ ref('int_rebuy_spells') }} as spells
    inner join {{ ref('int_rebuy_sku_days') }} as sku_days
        on spells.sku_key = sku_days.sku_key and spells.snapshot_at = sku_days.snapshot_at
    where spells.is_rebought and sku_days.basis <> 'none'
),

summed as (
    select
        snapshot_at,
        customer_key,
        sku,
        count(*) as gaps,
        sum(log_gap) as log_sum,
        sum(log_gap - log_days) as residual_sum
    from gaps
    group by snapshot_at, customer_key, sku
)

select
    summed.snapshot_at,
    persons.person_id,
    summed.sku,
    summed.gaps,
    summed.log_sum,
    summed.residual_sum
from summed
inner join {{ ref('int_pair_order_keys') }} as persons
    on summed.customer_key = persons.order_key
