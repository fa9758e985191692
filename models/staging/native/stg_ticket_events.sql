select
    -- ids
    ticket_id,
    -- text
    status,
    satisfaction,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_ticket_events') }}
where _rejected_reason is null
