-- A line with a negative price is a discount of its order, not a unit that somebody bought (int_order_amounts).
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
with

lines as (
    select * from {{ ref('stg_order_lines') }}
    where unit_price >= 0
),

orders as (
    select * from {{ ref('int_orders') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

profiles as (
    select * from {{ ref('use_profiles') }}
)

select
    -- ids
    lines.order_line_id,
    lines.order_id,
    orders.root_order_id,
    orders.customer_id,
    orders.person_id,
    lines.sku,
    line_products.product_id,
    lines.replaces_order_line_id,
    lines.parent_order_line_id,
    -- text
    coalesce(products.title, lines.sku) as title,
    products.category,
    orders.order_type,
    orders.currency,
    orders.sales_channel,
    orders.country,
    orders.fulfillment_status,
    -- numbers
    lines.quantity,
    lines.units_shipped,
    lines.units_removed,
    cast(round(
        cast(lines.quantity * lines.unit_price - lines.discount as decimal(19, 4)) * (1 - coalesce(amounts.discount_share, 0)), 4
    ) as decimal(18, 4)) as net_amount,
    orders.order_total,
    coalesce(sku_profile.use_lag_days, category_profile.use_lag_days, default_profile.use_lag_days) as use_lag_days,
    coalesce(sku_profile.use_days, category_profile.use_days, default_profile.use_days) as use_days,
    products.consumable_days,
    -- booleans
    -- nothing to carry: by the product, by the line, or by how the order is handed over
    coalesce(products.is_digital, false)
    or not coalesce(lines.requires_shipping, not coalesce(lines.is_gift_card, false))
    or coalesce(orders.delivery_method = 'none', false) as is_digital,
    line_products.is_reviewable,
    orders.is_gift,
    orders.is_test,
    -- timestamps
    orders.ordered_at,
    -- what takes a line's place inside an order is there from the first word of it on
    {{ greatest }}(orders.ordered_at, coalesce(exchanges.told_at, orders.ordered_at)) as known_from,
    lines.ship_by,
    roots.ordered_at as root_ordered_at,
    -- an exchange falls with the order that it answers
    case when orders.order_type = 'exchange' then {{ least }}(orders.cancelled_at, roots.cancelled_at) else orders.cancelled_at end as cancelled_at
from lines
inner join orders
    on lines.order_id = orders.order_id
inner join orders as roots
    on orders.root_order_id = roots.order_id
inner join {{ ref('int_line_products') }} as line_products
    on lines.order_line_id = line_products.order_line_id
left join {{ ref('int_order_amounts') }} as amounts
    on lines.order_id = amounts.order_id
left join {{ ref('int_native_exchanges') }} as exchanges
    on lines.order_line_id = exchanges.new_order_line_id
left join products
    on lines.sku = products.sku
left join profiles as sku_profile
    on sku_profile.applies_to = 'sku' and lower(lines.sku) = lower(sku_profile.applies_to_value)
left join profiles as category_profile
    on category_profile.applies_to = 'category' and lower(products.category) = lower(category_profile.applies_to_value)
left join profiles as default_profile
    on {{ post_purchase_gate.any_of_both('lines.order_line_id', 'default_profile.applies_to') }} and default_profile.applies_to = 'default'
