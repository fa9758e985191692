select
    -- ids
    event_id,
    message_id,
    -- text
    event_type,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_message_events') }}
where _rejected_reason is null
