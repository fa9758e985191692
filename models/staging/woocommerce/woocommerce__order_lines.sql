{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- Prices per unit, before discount and without tax. A value that is no number is handed on as it is, to be refused by name.
{%- set number = post_purchase_gate.read_number %}
with

lines as (
    select
        lines.*,
        nullif(lines.product_id, '0') as known_product_id,
        coalesce(nullif(lines.variation_id, '0'), nullif(lines.product_id, '0')) as variant_id,
        {{ number('lines.quantity') }} as units,
        {{ number('lines.subtotal') }} as price_before,
        {{ number('lines.total') }} as price_after
    from {{ ref('src_woocommerce__order_line') }} as lines
    left join {{ ref('src_woocommerce__order') }} as orders
        on lines._store = orders._store and lines.order_id = orders.id
    left join {{ ref('woocommerce_orders') }} as placed
        on lines._store = placed._store and lines.order_id = placed.order_id
    -- of an order that nobody placed; a line whose order is not there is handed on, to be refused by name
    where placed.order_id is not null or orders.id is null
)

select
    -- ids
    lines._store || '-' || lines.id as order_line_id,
    lines._store || '-' || lines.order_id as order_id,
    coalesce(
        variants.sku, lines.sku, 'variant-' || lines._store || '-' || lines.variant_id, 'line-' || lines._store || '-' || lines.id
    ) as sku,
    lines._store || '-' || lines.known_product_id as product_id,
    -- text
    lines.title,
    -- numbers
    lines.quantity,
    coalesce(
        cast(cast(round(coalesce(lines.price_before, lines.price_after) / nullif(lines.units, 0), 4) as decimal(18, 4)) as {{ dbt.type_string() }}),
        lines.subtotal,
        lines.total
    ) as unit_price,
    -- a price raised by hand is no negative discount
    {{ post_purchase_gate.greatest() }}(coalesce(cast(lines.price_before - lines.price_after as decimal(18, 4)), 0), 0) as discount,
    -- booleans
    case
        when lower(coalesce(variations.virtual, products.virtual)) in ({{ post_purchase_gate.words_for_yes() }}) then false
        when coalesce(variations.virtual, products.virtual) is not null then true
    end as requires_shipping,
    lines._loaded_at
from lines
left join {{ ref('woocommerce_variants') }} as variants
    on lines._store = variants._store and lines.variant_id = variants.variant_id
left join {{ ref('src_woocommerce__product') }} as products
    on lines._store = products._store and lines.known_product_id = products.id
left join {{ ref('src_woocommerce__variation') }} as variations
    on lines._store = variations._store and lines.variation_id = variations.id
