-- How many would have bought the related SKU if nothing were related, for pairs with enough support and for declared pairs.
with

candidates as (
    select
        snapshot_at,
        sku_key,
        related_sku_key
    from {{ ref('int_pair_counts') }}
    where support >= {{ var('pair_min_support') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        snapshots.snapshot_at,
        sku_keys.sku_key,
        related_sku_keys.sku_key as related_sku_key
    from {{ ref('int_pair_relations') }} as relations
    inner join {{ ref('int_pair_sku_keys') }} as sku_keys
        on relations.sku = sku_keys.sku
    inner join {{ ref('int_pair_sku_keys') }} as related_sku_keys
        on relations.related_sku = related_sku_keys.sku
    cross join {{ ref('int_snapshots') }} as snapshots
),

summed as (
    select
        candidates.snapshot_at,
        candidates.sku_key,
        candidates.related_sku_key,
        coalesce(sum(anchors.anchors), 0) as anchors,
        coalesce(sum(anchors.anchors * base_rates.base_rate), 0) as expected
    from candidates
    left join {{ ref('int_pair_anchors') }} as anchors
        on candidates.snapshot_at = anchors.snapshot_at and candidates.sku_key = anchors.sku_key
    left join {{ ref('int_pair_base_rates') }} as base_rates
        on
            candidates.snapshot_at = base_rates.snapshot_at
            and candidates.related_sku_key = base_rates.related_sku_key
            and anchors.order_bucket = base_rates.order_bucket
            and anchors.order_month = base_rates.order_month
    group by candidates.snapshot_at, candidates.sku_key, candidates.related_sku_key
)

select
    summed.snapshot_at,
    summed.sku_key,
    summed.related_sku_key,
    sku_keys.sku,
    related_sku_keys.sku as related_sku,
    summed.anchors,
    summed.expected
from summed
inner join {{ ref('int_pair_sku_keys') }} as sku_keys
    on summed.sku_key = sku_keys.sku_key
inner join {{ ref('int_pair_sku_keys') }} as related_sku_keys
    on summed.related_sku_key = related_sku_keys.sku_key
