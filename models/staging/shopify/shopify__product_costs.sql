{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- The store knows what a unit costs now, and not what it cost: before the item last changed no cost is known.
with

costs as (
    select
        names.sku,
        items.unit_cost as landed_cost,
        items.unit_cost_currency as currency,
        coalesce(items.updated_at, items._loaded_at) as valid_from,
        items._loaded_at,
        row_number() over (partition by lower(names.sku) order by names._store asc, names.variant_id asc) as place
    from {{ ref('shopify_variants') }} as names
    inner join {{ ref('src_shopify__product_variant') }} as variants
        on names._store = variants._store and names.variant_id = variants.id
    inner join {{ ref('src_shopify__inventory_item') }} as items
        on variants._store = items._store and variants.inventory_item_id = items.id
    where items.unit_cost is not null
)

select
    sku,
    valid_from,
    landed_cost,
    currency,
    _loaded_at
from costs
where place = 1
