{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- One row per SKU. What several stores sell under one SKU is described as the first of them by name has it.
with

currencies as (
    select
        _store,
        max(currency) as currency
    from {{ ref('woocommerce_orders') }}
    group by _store
),

categories as (
    select
        _store,
        product_id,
        min(name) as category
    from {{ ref('src_woocommerce__product_category') }}
    where name is not null
    group by _store, product_id
),

-- a product is what its type says, or any of its categories
kinds as (
    select
        _store,
        id as product_id,
        lower(type) as kind
    from {{ ref('src_woocommerce__product') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        _store,
        product_id,
        lower(trim(name)) as kind
    from {{ ref('src_woocommerce__product_category') }}
),

types as (
    select
        kinds._store,
        kinds.product_id,
        max(case when words.means = 'not_reviewable' then 1 else 0 end) as is_not_reviewable,
        max(case when words.means = 'digital' then 1 else 0 end) as is_digital,
        max(case when words.means like 'days:%' then {{ post_purchase_gate.split_part() }}(words.means, ':', 2) end) as consumable_days
    from kinds
    inner join {{ ref('connector_words') }} as words
        on kinds.kind = lower(trim(words.value)) and words.connector in ('shopify', 'woocommerce') and words.subject = 'product_type'
    group by kinds._store, kinds.product_id
),

placed as (
    select
        *,
        row_number() over (partition by lower(sku) order by _store asc, variant_id asc) as place
    from {{ ref('woocommerce_variants') }}
),

stock as (
    select
        placed.*,
        products.title,
        products.handle,
        lower(coalesce(variations.status, products.status)) as variant_status,
        lower(products.status) as product_status,
        coalesce(variations.price, products.price) as price,
        -- a variation may leave the counting to its product
        case
            when lower(variations.manage_stock) in ({{ post_purchase_gate.words_for_yes() }}) then 'variation'
            when lower(products.manage_stock) in ({{ post_purchase_gate.words_for_yes() }}) then 'product'
        end as counted_by,
        variations.stock_quantity as variation_stock,
        products.stock_quantity as product_stock,
        lower(coalesce(variations.stock_status, products.stock_status)) as stock_status,
        lower(coalesce(variations.backorders_allowed, products.backorders_allowed)) in ({{ post_purchase_gate.words_for_yes() }}) as sells_without_stock,
        lower(coalesce(variations.virtual, products.virtual)) in ({{ post_purchase_gate.words_for_yes() }}) as is_virtual,
        lower(coalesce(variations.downloadable, products.downloadable)) in ({{ post_purchase_gate.words_for_yes() }}) as is_downloadable,
        coalesce(variations._loaded_at, products._loaded_at) as _loaded_at
    from placed
    left join {{ ref('src_woocommerce__product') }} as products
        on placed._store = products._store and placed.product_id = products.id
    left join {{ ref('src_woocommerce__variation') }} as variations
        on placed._store = variations._store and placed.variant_id = variations.id
    where placed.place = 1
)

select
    -- ids
    stock.sku,
    stock._store || '-' || stock.product_id as product_id,
    stock.variant_id,
    -- text
    stock.handle,
    stock.title,
    categories.category,
    currencies.currency,
    -- numbers
    stock.price as list_price,
    case
        when coalesce(stock.sells_without_stock, false) then null
        when stock.counted_by = 'variation' then stock.variation_stock
        when stock.counted_by = 'product' then stock.product_stock
        when stock.stock_status = 'outofstock' then '0'
    end as inventory_quantity,
    types.consumable_days,
    -- booleans
    coalesce(stock.variant_status = 'publish' and stock.product_status = 'publish', false) as is_active,
    coalesce(stock.is_virtual, false) or coalesce(stock.is_downloadable, false) or coalesce(types.is_digital, 0) = 1 as is_digital,
    coalesce(types.is_not_reviewable, 0) = 0 as is_reviewable,
    stock._loaded_at
from stock
left join currencies
    on stock._store = currencies._store
left join types
    on stock._store = types._store and stock.product_id = types.product_id
left join categories
    on stock._store = categories._store and stock.product_id = categories.product_id
