-- Days that one unit lasts, as learned by each snapshot: the shop's own gaps, shrunk by ten to what is declared, else to the category and by thirty to the shop.
with

intervals as (
    select
        snapshots.snapshot_at,
        products.sku,
        coalesce(products.category, 'unknown') as category,
        products.consumable_days,
        coalesce(intervals.gaps, 0) as gaps,
        intervals.p50_days,
        intervals.p50_days is not null
        and intervals.gaps >= {{ var('rebuy_min_gaps') }}
        and (products.consumable_days > 0 or intervals.rebuy_share >= {{ var('rebuy_min_share') }}) as has_own_gaps
    from {{ ref('stg_products') }} as products
    cross join {{ ref('int_snapshots') }} as snapshots
    left join {{ ref('int_rebuy_sku_intervals') }} as intervals
        on products.sku = intervals.sku and snapshots.snapshot_at = intervals.snapshot_at
),

logged as (
    select
        *,
        case when has_own_gaps then cast(ln(p50_days) as decimal(18, 9)) end as own_log,
        case when consumable_days > 0 then cast(ln(consumable_days) as decimal(18, 9)) end as declared_log
    from intervals
),

shop as (
    select
        snapshot_at,
        sum(own_log * gaps) / nullif(sum(case when has_own_gaps then gaps end), 0) as shop_log
    from logged
    group by snapshot_at
),

categories as (
    select
        logged.snapshot_at,
        logged.category,
        coalesce(sum(logged.own_log * logged.gaps), 0) as log_sum,
        coalesce(sum(case when logged.has_own_gaps then logged.gaps end), 0) as gaps
    from logged
    group by logged.snapshot_at, logged.category
)

select
    logged.snapshot_at,
    logged.sku,
    -- null for a SKU that nobody ordered
    sku_keys.sku_key,
    case when logged.has_own_gaps then 'own_gaps' when logged.declared_log is not null then 'declared' else 'none' end as basis,
    -- without own gaps their weight is none
    cast(
        (
            coalesce(logged.gaps * logged.own_log, 0)
            + 10 * coalesce(
                logged.declared_log,
                case when logged.has_own_gaps then (categories.log_sum + 30 * shop.shop_log) / (categories.gaps + 30) end
            )
        ) / (case when logged.has_own_gaps then logged.gaps else 0 end + 10) as decimal(18, 9)
    ) as log_days
from logged
inner join categories
    on logged.category = categories.category and logged.snapshot_at = categories.snapshot_at
inner join shop
    on logged.snapshot_at = shop.snapshot_at
left join {{ ref('int_pair_sku_keys') }} as sku_keys
    on logged.sku = sku_keys.sku
