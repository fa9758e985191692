-- Observed over expected between categories, with ten pseudo-counts: what a pair of SKUs falls back on.
with

skus as (
    select * from {{ ref('int_pair_skus') }}
),

observed as (
    select
        skus.snapshot_at,
        skus.category,
        related_skus.category as related_category,
        sum(counts.support) as support
    from {{ ref('int_pair_counts') }} as counts
    inner join skus
        on counts.snapshot_at = skus.snapshot_at and counts.sku_key = skus.sku_key
    inner join skus as related_skus
        on counts.snapshot_at = related_skus.snapshot_at and counts.related_sku_key = related_skus.sku_key
    group by skus.snapshot_at, skus.category, related_skus.category
),

anchors as (
    select
        skus.snapshot_at,
        skus.category,
        anchors.order_bucket,
        anchors.order_month,
        sum(anchors.anchors) as anchors
    from {{ ref('int_pair_anchors') }} as anchors
    inner join skus
        on anchors.snapshot_at = skus.snapshot_at and anchors.sku_key = skus.sku_key
    group by skus.snapshot_at, skus.category, anchors.order_bucket, anchors.order_month
),

rates as (
    select
        skus.snapshot_at,
        skus.category as related_category,
        base_rates.order_bucket,
        base_rates.order_month,
        sum(base_rates.base_rate) as base_rate
    from {{ ref('int_pair_base_rates') }} as base_rates
    inner join skus
        on base_rates.snapshot_at = skus.snapshot_at and base_rates.related_sku_key = skus.sku_key
    group by skus.snapshot_at, skus.category, base_rates.order_bucket, base_rates.order_month
),

-- a SKU is no pair of itself
itself as (
    select
        skus.snapshot_at,
        skus.category,
        sum(anchors.anchors * base_rates.base_rate) as expected
    from {{ ref('int_pair_anchors') }} as anchors
    inner join {{ ref('int_pair_base_rates') }} as base_rates
        on
            anchors.snapshot_at = base_rates.snapshot_at
            and anchors.sku_key = base_rates.related_sku_key
            and anchors.order_bucket = base_rates.order_bucket
            and anchors.order_month = base_rates.order_month
    inner join skus
        on anchors.snapshot_at = skus.snapshot_at and anchors.sku_key = skus.sku_key
    group by skus.snapshot_at, skus.category
),

expected as (
    select
        anchors.snapshot_at,
        anchors.category,
        rates.related_category,
        sum(anchors.anchors * rates.base_rate) as expected
    from anchors
    inner join rates
        on
            anchors.snapshot_at = rates.snapshot_at
            and anchors.order_bucket = rates.order_bucket
            and anchors.order_month = rates.order_month
    group by anchors.snapshot_at, anchors.category, rates.related_category
)

select
    expected.snapshot_at,
    expected.category,
    expected.related_category,
    cast(
        (coalesce(observed.support, 0) + 10)
        / (
            expected.expected
            - case when expected.category = expected.related_category then coalesce(itself.expected, 0) else 0 end
            + 10
        ) as decimal(18, 6)
    ) as category_lift
from expected
left join observed
    on
        expected.snapshot_at = observed.snapshot_at
        and expected.category = observed.category
        and expected.related_category = observed.related_category
left join itself
    on expected.snapshot_at = itself.snapshot_at and expected.category = itself.category
