{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- One row per SKU. What several stores sell under one SKU is described as the first of them by name has it.
with

currencies as (
    select
        _store,
        max(currency) as currency
    from {{ ref('src_shopify__order') }}
    group by _store
),

types as (
    select
        lower(trim(value)) as product_type,
        max(case when means = 'not_reviewable' then 1 else 0 end) as is_not_reviewable,
        max(case when means = 'digital' then 1 else 0 end) as is_digital,
        max(case when means like 'days:%' then {{ post_purchase_gate.split_part() }}(means, ':', 2) end) as consumable_days
    from {{ ref('connector_words') }}
    where connector = 'shopify' and subject = 'product_type'
    group by lower(trim(value))
),

variants as (
    select
        names.sku,
        names._store,
        names.variant_id,
        names.product_id,
        sources.title as variant_title,
        sources.price,
        sources.inventory_quantity,
        lower(sources.inventory_policy) as inventory_policy,
        sources.inventory_item_id,
        sources._loaded_at,
        row_number() over (partition by lower(names.sku) order by names._store asc, names.variant_id asc) as place
    from {{ ref('shopify_variants') }} as names
    inner join {{ ref('src_shopify__product_variant') }} as sources
        on names._store = sources._store and names.variant_id = sources.id
)

select
    -- ids
    variants.sku,
    variants._store || '-' || variants.product_id as product_id,
    variants.variant_id,
    -- text
    products.handle,
    products.title || case when lower(variants.variant_title) <> 'default title' then ' (' || variants.variant_title || ')' else '' end as title,
    products.product_type as category,
    currencies.currency,
    -- numbers
    variants.price as list_price,
    -- what nobody counts, and what is sold when there is none, does not run out
    case
        when lower(items.is_tracked) in ({{ post_purchase_gate.words_for_no() }}) or variants.inventory_policy = 'continue' then null
        else variants.inventory_quantity
    end as inventory_quantity,
    types.consumable_days,
    -- booleans
    case when products.id is null then false when products.status is not null then lower(products.status) = 'active' end as is_active,
    coalesce(lower(items.requires_shipping) in ({{ post_purchase_gate.words_for_no() }}), false) or coalesce(types.is_digital, 0) = 1 as is_digital,
    coalesce(lower(products.is_gift_card) not in ({{ post_purchase_gate.words_for_yes() }}), true)
    and coalesce(types.is_not_reviewable, 0) = 0 as is_reviewable,
    variants._loaded_at
from variants
left join {{ ref('src_shopify__product') }} as products
    on variants._store = products._store and variants.product_id = products.id
left join {{ ref('src_shopify__inventory_item') }} as items
    on variants._store = items._store and variants.inventory_item_id = items.id
left join currencies
    on variants._store = currencies._store
left join types
    on lower(trim(products.product_type)) = types.product_type
where variants.place = 1
