-- The customer's own gaps of a SKU that were over at a snapshot, per unit bought.
select
    spells.snapshot_at,
    spells.customer_id,
    spells.sku,
    count(*) as gaps,
    sum(cast(ln(spells.days / cast(spells.units as {{ post_purchase_gate.type_double() }})) as decimal(18, 9))) as log_sum,
    sum(cast(ln(spells.days / cast(spells.units as {{ post_purchase_gate.type_double() }})) as decimal(18, 9)) - sku_days.log_days) as residual_sum
from {{ ref('int_rebuy_spells') }} as spells
inner join {{ ref('int_rebuy_sku_days') }} as sku_days
    on spells.sku = sku_days.sku and spells.snapshot_at = sku_days.snapshot_at
where spells.is_rebought and sku_days.basis <> 'none'
group by spells.snapshot_at, spells.customer_id, spells.sku
