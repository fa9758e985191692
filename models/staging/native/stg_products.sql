select
    -- ids
    sku,
    product_id,
    variant_id,
    handle,
    -- what its SKUs share; a SKU without a product is one of its own
    lower(trim(coalesce(product_id, sku))) as product_key,
    -- text
    title,
    category,
    upper(currency) as currency,
    -- numbers
    list_price,
    inventory_quantity,
    consumable_days,
    -- booleans
    coalesce(is_active, true) as is_active,
    coalesce(is_digital, false) as is_digital,
    coalesce(is_reviewable, true) as is_reviewable,
    -- timestamps
    _loaded_at
from {{ ref('base_products') }}
where _rejected_reason is null
