select
    -- ids
    fulfillment_id,
    order_id,
    -- text
    carrier,
    -- numbers
    shipping_cost,
    -- timestamps
    shipped_at,
    expected_delivery_at,
    delivered_at,
    cancelled_at,
    _loaded_at
from {{ ref('base_fulfillments') }}
where _rejected_reason is null
