select
    -- ids
    cast(products.sku as {{ dbt.type_string() }}) as sku,
    {{ post_purchase_gate.as_of() }} as as_of,
    -- text
    cast(sku_days.basis as {{ dbt.type_string() }}) as basis,
    -- numbers
    cast(coalesce(intervals.customers, 0) as bigint) as customers,
    cast(coalesce(intervals.gaps, 0) as bigint) as gaps,
    cast(coalesce(intervals.open_spells, 0) as bigint) as open_spells,
    cast(products.consumable_days as decimal(18, 4)) as declared_days_per_unit,
    cast(exp(cast(sku_days.log_days as {{ post_purchase_gate.type_double() }})) as decimal(18, 4)) as days_per_unit,
    intervals.p25_days,
    intervals.p50_days,
    intervals.p75_days,
    intervals.p90_days,
    cast(intervals.rebuy_share as decimal(18, 6)) as rebuy_share,
    cast(factors.factor as decimal(18, 6)) as observed_over_expected
from {{ ref('stg_products') }} as products
inner join {{ ref('int_rebuy_sku_days') }} as sku_days
    on products.sku = sku_days.sku
inner join {{ ref('int_snapshots') }} as snapshots
    on sku_days.snapshot_at = snapshots.snapshot_at and snapshots.is_current
left join {{ ref('int_rebuy_sku_intervals') }} as intervals
    on products.sku = intervals.sku and sku_days.snapshot_at = intervals.snapshot_at
left join {{ ref('int_rebuy_sku_factors') }} as factors
    on products.sku = factors.sku and factors.days_back = 0
