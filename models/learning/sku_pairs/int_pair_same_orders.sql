-- Of each pair that the same customers have: how many orders hold both, and how many would if chance alone filled them, corrected for the
-- sizes of orders.
with

bulk as (
    select
        snapshot_at,
        order_key
    from {{ ref('int_pair_orders') }}
    where is_bulk
),

orders_of_skus as (
    select
        lines.snapshot_at,
        lines.order_key,
        lines.sku_key
    from {{ ref('int_pair_keyed_lines') }} as lines
    inner join {{ ref('int_pair_skus') }} as skus
        on lines.snapshot_at = skus.snapshot_at and lines.sku_key = skus.sku_key
    left join bulk
        on lines.snapshot_at = bulk.snapshot_at and lines.order_key = bulk.order_key
    where skus.is_used and not lines.is_renewal and bulk.order_key is null
    group by lines.snapshot_at, lines.order_key, lines.sku_key
),

sizes as (
    select
        snapshot_at,
        order_key,
        count(*) as size
    from orders_of_skus
    group by snapshot_at, order_key
),

corrections as (
    select
        snapshot_at,
        sum(size * (size - 1)) / nullif(cast(sum(size) as {{ post_purchase_gate.type_double() }}) * sum(size), 0) as correction
    from sizes
    group by snapshot_at
),

-- no other SKU's orders are worth joining
co_adopted as (
    select
        snapshot_at,
        sku_key
    from {{ ref('int_pair_co_adoptions') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        snapshot_at,
        related_sku_key as sku_key
    from {{ ref('int_pair_co_adoptions') }}
),

order_skus as (
    select
        orders_of_skus.snapshot_at,
        orders_of_skus.order_key,
        orders_of_skus.sku_key
    from orders_of_skus
    inner join co_adopted
        on orders_of_skus.snapshot_at = co_adopted.snapshot_at and orders_of_skus.sku_key = co_adopted.sku_key
),

totals as (
    select
        snapshot_at,
        sku_key,
        cast(count(*) as {{ post_purchase_gate.type_double() }}) as orders
    from order_skus
    group by snapshot_at, sku_key
),

shared as (
    select
        one.snapshot_at,
        one.sku_key,
        other.sku_key as related_sku_key,
        count(*) as orders_with_both
    from order_skus as one
    inner join order_skus as other
        on one.snapshot_at = other.snapshot_at and one.order_key = other.order_key
    where one.sku_key < other.sku_key
    group by one.snapshot_at, one.sku_key, other.sku_key
)

select
    pairs.snapshot_at,
    pairs.sku_key,
    pairs.related_sku_key,
    coalesce(shared.orders_with_both, 0) as orders_with_both,
    totals.orders * related_totals.orders * corrections.correction as expected_orders
from {{ ref('int_pair_co_adoptions') }} as pairs
inner join totals
    on pairs.snapshot_at = totals.snapshot_at and pairs.sku_key = totals.sku_key
inner join totals as related_totals
    on pairs.snapshot_at = related_totals.snapshot_at and pairs.related_sku_key = related_totals.sku_key
inner join corrections
    on pairs.snapshot_at = corrections.snapshot_at
left join shared
    on
        pairs.snapshot_at = shared.snapshot_at
        and pairs.sku_key = shared.sku_key
        and pairs.related_sku_key = shared.related_sku_key
