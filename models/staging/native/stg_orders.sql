select
    -- ids
    order_id,
    order_name,
    customer_id,
    store_id,
    parent_order_id,
    -- text
    upper(currency) as currency,
    coalesce(order_type, 'purchase') as order_type,
    {{ post_purchase_gate.plain_email('email') }} as email,
    sales_channel,
    delivery_method,
    fulfillment_status,
    -- numbers
    shipping_charged,
    total,
    discount,
    -- booleans
    coalesce(is_gift, false) as is_gift,
    coalesce(is_test, false) as is_test,
    prices_include_tax,
    -- timestamps
    ordered_at,
    cancelled_at,
    _loaded_at
from {{ ref('base_orders') }}
where _rejected_reason is null
