-- The person's own gaps of a SKU at a snapshot, per unit bought: those that were over, and the one that was open.
with

gaps as (
    select
        spells.snapshot_at,
        spells.customer_key,
        sku_days.sku,
        sku_days.log_days,
        spells.is_rebought,
        cast(ln(spells.days / cast(spells.units as {{ post_purchase_gate.type_double() }})) as decimal(18, 9)) as log_gap
    from {{ ref('int_rebuy_spells') }} as spells
    inner join {{ ref('int_rebuy_sku_days') }} as sku_days
        on spells.sku_key = sku_days.sku_key and spells.snapshot_at = sku_days.snapshot_at
    where
        sku_days.basis <> 'none'
        -- what begins with a renewal, or ends in one, says nothing of a rhythm; what was bought today has no open gap yet
        and (spells.is_rebought or spells.is_usable and spells.next_on is null and spells.days > 0)
),

summed as (
    select
        snapshot_at,
        customer_key,
        sku,
        sum(case when is_rebought then 1 else 0 end) as gaps,
        sum(case when is_rebought then log_gap else 0 end) as log_sum,
        sum(case when is_rebought then log_gap - log_days else 0 end) as residual_sum,
        max(case when not is_rebought then log_gap end) as log_open
    from gaps
    group by snapshot_at, customer_key, sku
)

select
    summed.snapshot_at,
    persons.person_id,
    summed.sku,
    cast(summed.gaps as bigint) as gaps,
    summed.log_sum,
    summed.residual_sum,
    summed.log_open
from summed
inner join {{ ref('int_pair_order_keys') }} as persons
    on summed.customer_key = persons.order_key
