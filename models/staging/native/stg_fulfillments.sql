select
    -- ids
    fulfillment_id,
    order_id,
    -- text
    carrier,
    tracking_number,
    tracking_url,
    -- numbers
    shipping_cost,
    -- booleans
    coalesce(lines_known, true) as lines_known,
    -- timestamps
    shipped_at,
    expected_delivery_at,
    delivered_at,
    cancelled_at,
    _loaded_at
from {{ ref('base_fulfillments') }}
where _rejected_reason is null
