-- What a bundle is made of, as its own order lines say: the parts that stand under it, and how many of each one bundle has. Where orders differ,
-- the last one counts.
with

parts as (
    select
        bundles.sku as bundle_sku,
        parts.sku as part_sku,
        bundles.order_line_id as bundle_line_id,
        max(bundles.ordered_at) as ordered_at,
        sum(parts.quantity) / max(bundles.quantity) as units_per_bundle
    from {{ ref('int_order_lines') }} as parts
    inner join {{ ref('int_order_lines') }} as bundles
        on parts.parent_order_line_id = bundles.order_line_id
    where
        parts.sku is not null
        and bundles.sku is not null
        and bundles.quantity > 0
        and bundles.ordered_at <= {{ post_purchase_gate.as_of() }}
    group by bundles.sku, parts.sku, bundles.order_line_id
),

ranked as (
    select
        parts.*,
        dense_rank() over (partition by bundle_sku order by ordered_at desc, bundle_line_id desc) as recency
    from parts
)

select
    bundle_sku,
    part_sku,
    cast(units_per_bundle as decimal(18, 4)) as units_per_bundle
from ranked
where recency = 1
