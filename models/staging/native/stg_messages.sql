select
    -- ids
    message_id,
    customer_id,
    order_id,
    order_line_id,
    fulfillment_id,
    -- an order that is not there: the message counts for the person's orders before it
    _dangling__order_id as dangling_order_id,
    recommended_sku,
    incentive_id,
    -- text
    action,
    channel,
    address,
    flow,
    step,
    variant,
    -- timestamps
    sent_at,
    _loaded_at
from {{ ref('base_messages') }}
where _rejected_reason is null
