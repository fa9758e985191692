select
    -- ids
    ticket_id,
    merged_into_ticket_id,
    customer_id,
    order_id,
    order_line_id,
    -- text
    {{ post_purchase_gate.plain_email('requester_email') }} as requester_email,
    trim(requester_phone) as requester_phone,
    coalesce(topic, 'other') as topic,
    subject,
    -- timestamps
    opened_at,
    _loaded_at
from {{ ref('base_tickets') }}
where _rejected_reason is null
