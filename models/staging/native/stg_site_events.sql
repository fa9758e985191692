select
    -- ids
    event_id,
    customer_id,
    order_id,
    sku,
    -- text
    event_type,
    topic,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_site_events') }}
where _rejected_reason is null
