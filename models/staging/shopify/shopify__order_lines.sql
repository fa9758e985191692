{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Prices per unit and without tax, whichever way the store quotes them. A value that is no number is handed on as it is, to be refused by name.
with

lines as (
    select
        *,
        {{ post_purchase_gate.read_number('quantity') }} as units,
        coalesce(
            {{ post_purchase_gate.read_number('unit_price') }},
            {{ post_purchase_gate.read_number('line_price') }} / nullif({{ post_purchase_gate.read_number('quantity') }}, 0)
        ) as price
    from {{ ref('src_shopify__order_line') }}
),

discounts as (
    select
        _store,
        order_line_id,
        sum({{ post_purchase_gate.read_number('amount') }}) as amount
    from {{ ref('src_shopify__discount_allocation') }}
    group by _store, order_line_id
),

line_taxes as (
    select
        _store,
        order_line_id,
        sum({{ post_purchase_gate.read_number('amount') }}) as amount
    from {{ ref('src_shopify__tax_line') }}
    group by _store, order_line_id
),

priced as (
    select
        lines.*,
        coalesce(discounts.amount, 0) as discount,
        case
            when not taxes.taxes_included then 1
            when line_taxes.amount is null then taxes.net_share
            when lines.units * lines.price - coalesce(discounts.amount, 0) > line_taxes.amount
                then 1 - line_taxes.amount / (lines.units * lines.price - coalesce(discounts.amount, 0))
            else 1
        end as net_share
    from lines
    left join discounts
        on lines._store = discounts._store and lines.id = discounts.order_line_id
    left join line_taxes
        on lines._store = line_taxes._store and lines.id = line_taxes.order_line_id
    left join {{ ref('shopify_order_taxes') }} as taxes
        on lines._store = taxes._store and lines.order_id = taxes.order_id
)

select
    -- ids
    priced._store || '-' || priced.id as order_line_id,
    priced._store || '-' || priced.order_id as order_id,
    coalesce(
        variants.sku, priced.sku, 'variant-' || priced._store || '-' || priced.variant_id, 'line-' || priced._store || '-' || priced.id
    ) as sku,
    priced._store || '-' || priced.product_id as product_id,
    -- text
    priced.title || case when lower(priced.variant_title) <> 'default title' then ' (' || priced.variant_title || ')' else '' end as title,
    -- numbers
    priced.quantity,
    coalesce(
        cast(cast(round(priced.price * priced.net_share, 4) as decimal(18, 4)) as {{ dbt.type_string() }}), priced.unit_price, priced.line_price
    ) as unit_price,
    cast(round(priced.discount * priced.net_share, 4) as decimal(18, 4)) as discount,
    units.units_shipped,
    units.units_removed,
    -- booleans
    priced.is_gift_card,
    priced.requires_shipping,
    priced._loaded_at
from priced
left join {{ ref('shopify_variants') }} as variants
    on priced._store = variants._store and priced.variant_id = variants.variant_id
left join {{ ref('shopify_line_units') }} as units
    on priced._store = units._store and priced.id = units.order_line_id
