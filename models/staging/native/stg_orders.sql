select
    -- ids
    order_id,
    customer_id,
    store_id,
    parent_order_id,
    -- text
    upper(currency) as currency,
    coalesce(order_type, 'purchase') as order_type,
    -- numbers
    shipping_charged,
    total,
    -- booleans
    coalesce(is_gift, false) as is_gift,
    coalesce(is_test, false) as is_test,
    -- timestamps
    ordered_at,
    cancelled_at,
    _loaded_at
from {{ ref('base_orders') }}
where _rejected_reason is null
