{{ config(enabled=(var('connections') | length > 0)) }}
-- Reviews of the connected review tools with the order, the account and the SKU that they are of. The SKU is the one that the review names, where the
-- store sells it; else that of the order's only line of the product; else the product's. Of a product with several variants it is the first by name:
-- to the gate all of them are one product. A product that no store knows any more is handed on by its id.
with

reviews as (
    select * from {{ ref('connected_review_names') }}
),

served as (
    select * from {{ ref('connected_stores') }}
),

ordered as (
    select
        reviews.*,
        coalesce(said.order_id, numbered.order_id) as order_id
    from reviews
    left join {{ ref('connected_order_links') }} as said
        on reviews.connector = said.connector and reviews._store = said._store and reviews.order_said = said.order_said
    left join {{ ref('connected_order_links') }} as numbered
        on reviews.connector = numbered.connector and reviews._store = numbered._store and reviews.number_said = numbered.order_said
),

-- the Okendo API writes shopify-123 for product 123
products as (
    select
        ordered.connector,
        ordered._store,
        ordered.id,
        ordered.order_id,
        ordered.sku_said,
        served.store_id,
        served.store_id || '-' || {{ post_purchase_gate.bare_product_id('ordered.product_said') }} as product_id
    from ordered
    inner join served
        on ordered.connector = served.connector and ordered._store = served._store
),

accounts as (
    select
        ordered.connector,
        ordered._store,
        ordered.id,
        min(customers.customer_id) as customer_id
    from ordered
    inner join served
        on ordered.connector = served.connector and ordered._store = served._store
    inner join {{ ref('connected_customers') }} as customers
        on served.store_id || '-' || ordered.customer_said = customers.customer_id
    group by ordered.connector, ordered._store, ordered.id
    having count(*) = 1
),

named_skus as (
    select
        products.connector,
        products._store,
        products.id,
        min(variants.sku) as sku
    from products
    inner join {{ ref('connected_variants') }} as variants
        on products.store_id = variants.store_id and lower(products.sku_said) = lower(variants.sku)
    group by products.connector, products._store, products.id
),

ordered_skus as (
    select
        products.connector,
        products._store,
        products.id,
        min(lines.sku) as sku
    from products
    inner join {{ ref('connected_order_lines') }} as lines
        on products.order_id = lines.order_id and products.product_id = lines.product_id
    group by products.connector, products._store, products.id
    having min(lines.sku) = max(lines.sku)
),

product_skus as (
    select
        products.connector,
        products._store,
        products.id,
        min(variants.sku) as sku
    from products
    inner join {{ ref('connected_variants') }} as variants
        on products.product_id = variants.product_id
    group by products.connector, products._store, products.id
    -- a product of two stores may be either's
    having min(products.store_id) = max(products.store_id)
)

select
    ordered.connector,
    ordered._store,
    ordered.id,
    -- what leads nowhere is handed on, to be named as such
    coalesce(ordered.order_id, {{ post_purchase_gate.unlinked_id('only_store', 'ordered.order_said') }}, ordered.number_said) as order_id,
    accounts.customer_id,
    coalesce(
        named_skus.sku,
        ordered_skus.sku,
        product_skus.sku,
        case when ordered.sku_said is distinct from ordered.product_said then ordered.sku_said end,
        {{ post_purchase_gate.unlinked_id('only_store', post_purchase_gate.bare_product_id('ordered.product_said')) }}
    ) as sku
from ordered
left join served as only_store
    on ordered.connector = only_store.connector and ordered._store = only_store._store and only_store.is_only
left join accounts
    on ordered.connector = accounts.connector and ordered._store = accounts._store and ordered.id = accounts.id
left join named_skus
    on ordered.connector = named_skus.connector and ordered._store = named_skus._store and ordered.id = named_skus.id
left join ordered_skus
    on ordered.connector = ordered_skus.connector and ordered._store = ordered_skus._store and ordered.id = ordered_skus.id
left join product_skus
    on ordered.connector = product_skus.connector and ordered._store = product_skus._store and ordered.id = product_skus.id
