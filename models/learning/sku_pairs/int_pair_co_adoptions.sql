-- Two SKUs of one category that the same customers have more often than their numbers say, corrected for how much customers buy: what may
-- stand in for each other. What one is to the other, the other is to it, so each pair has one row. The category is a condition because an
-- accessory bought later looks the same from afar.
with

skus as (
    select
        snapshot_at,
        sku_key,
        cast(customers as {{ post_purchase_gate.type_double() }}) as customers,
        dense_rank() over (order by category) as category_key
    from {{ ref('int_pair_skus') }}
    where is_used
),

customer_skus as (
    select
        first_purchases.snapshot_at,
        first_purchases.customer_key,
        first_purchases.sku_key,
        skus.category_key
    from {{ ref('int_pair_first_purchases') }} as first_purchases
    inner join skus
        on first_purchases.snapshot_at = skus.snapshot_at and first_purchases.sku_key = skus.sku_key
),

sizes as (
    select
        snapshot_at,
        customer_key,
        count(*) as size
    from customer_skus
    group by snapshot_at, customer_key
),

corrections as (
    select
        snapshot_at,
        sum(size * (size - 1)) / nullif(cast(sum(size) as {{ post_purchase_gate.type_double() }}) * sum(size), 0) as correction
    from sizes
    group by snapshot_at
),

shared as (
    select
        one.snapshot_at,
        one.sku_key,
        other.sku_key as related_sku_key,
        count(*) as customers_with_both
    from customer_skus as one
    inner join customer_skus as other
        on
            one.snapshot_at = other.snapshot_at
            and one.customer_key = other.customer_key
            and one.category_key = other.category_key
    where one.sku_key < other.sku_key
    group by one.snapshot_at, one.sku_key, other.sku_key
),

measured as (
    select
        shared.snapshot_at,
        shared.sku_key,
        shared.related_sku_key,
        shared.customers_with_both,
        skus.customers * related_skus.customers * corrections.correction as expected_customers
    from shared
    inner join skus
        on shared.snapshot_at = skus.snapshot_at and shared.sku_key = skus.sku_key
    inner join skus as related_skus
        on shared.snapshot_at = related_skus.snapshot_at and shared.related_sku_key = related_skus.sku_key
    inner join corrections
        on shared.snapshot_at = corrections.snapshot_at
)

select
    snapshot_at,
    sku_key,
    related_sku_key,
    customers_with_both,
    expected_customers
from measured
where
    customers_with_both >= {{ var('pair_min_support') }}
    and customers_with_both >= {{ var('substitute_min_co_adoption') }} * expected_customers
