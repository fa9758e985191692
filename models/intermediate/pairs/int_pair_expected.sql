-- How many would have bought the related SKU if nothing were related, for pairs with enough support and for declared pairs.
with

candidates as (
    select
        snapshot_at,
        sku,
        related_sku
    from {{ ref('int_pair_counts') }}
    where support >= {{ var('pair_min_support') }}
    union
    select
        snapshots.snapshot_at,
        relations.sku,
        relations.related_sku
    from {{ ref('int_pair_relations') }} as relations
    cross join {{ ref('int_snapshots') }} as snapshots
)

select
    candidates.snapshot_at,
    candidates.sku,
    candidates.related_sku,
    coalesce(sum(anchors.anchors), 0) as anchors,
    coalesce(sum(anchors.anchors * base_rates.base_rate), 0) as expected
from candidates
left join {{ ref('int_pair_anchors') }} as anchors
    on candidates.snapshot_at = anchors.snapshot_at and candidates.sku = anchors.sku
left join {{ ref('int_pair_base_rates') }} as base_rates
    on
        candidates.snapshot_at = base_rates.snapshot_at
        and candidates.related_sku = base_rates.related_sku
        and anchors.order_bucket = base_rates.order_bucket
        and anchors.order_month = base_rates.order_month
group by candidates.snapshot_at, candidates.sku, candidates.related_sku
