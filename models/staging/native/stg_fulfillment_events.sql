select
    -- ids
    event_id,
    fulfillment_id,
    -- text
    event_type,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_fulfillment_events') }}
where _rejected_reason is null
