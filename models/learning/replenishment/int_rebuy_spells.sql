-- From one purchase of a SKU to the next by the same customer, by the day, as seen at each snapshot; the last one is open. A renewal is no decision of the day,
-- so what ends in a renewal is cut off there, and what begins with one says nothing. Gifts are used up by others.
with

-- an undeclared SKU is worth following when enough of its purchases are repeats; half the share asked for, as open ones count for less
skus as (
    select
        snapshots.snapshot_at,
        sku_keys.sku_key
    from {{ ref('int_pair_sku_keys') }} as sku_keys
    inner join {{ ref('stg_products') }} as products
        on sku_keys.sku = products.sku
    cross join {{ ref('int_snapshots') }} as snapshots
    left join {{ ref('int_pair_skus') }} as counted
        on sku_keys.sku_key = counted.sku_key and snapshots.snapshot_at = counted.snapshot_at
    where
        products.consumable_days > 0
        or (
            counted.purchase_lines - counted.customers >= {{ var('rebuy_min_gaps') }}
            and counted.purchase_lines - counted.customers >= {{ var('rebuy_min_share') }} / 2 * counted.purchase_lines
        )
),

days as (
    select
        lines.snapshot_at,
        lines.customer_key,
        lines.sku_key,
        cast(lines.ordered_at as date) as bought_on,
        sum(lines.units_kept) as units,
        min(case when lines.is_renewal then 1 else 0 end) as is_renewal
    from {{ ref('int_pair_keyed_lines') }} as lines
    inner join skus
        on lines.sku_key = skus.sku_key and lines.snapshot_at = skus.snapshot_at
    where not lines.is_gift
    group by lines.snapshot_at, lines.customer_key, lines.sku_key, cast(lines.ordered_at as date)
),

followed as (
    select
        *,
        lead(bought_on) over (partition by snapshot_at, customer_key, sku_key order by bought_on) as next_on,
        lead(is_renewal) over (partition by snapshot_at, customer_key, sku_key order by bought_on) as next_is_renewal
    from days
),

followed_until_now as (
    select
        *,
        coalesce(next_on, cast(snapshot_at as date)) as followed_until
    from followed
)

select
    snapshot_at,
    customer_key,
    sku_key,
    bought_on,
    cast({{ 'units' if var('rebuy_by_unit') else '1' }} as decimal(18, 4)) as units,
    next_on,
    is_renewal = 0 as is_usable,
    coalesce(is_renewal = 0 and next_is_renewal = 0, false) as is_rebought,
    cast({{ dbt.datediff('bought_on', 'followed_until', 'day') }} as integer) as days
from followed_until_now
