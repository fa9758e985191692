select
    -- ids
    customer_id,
    -- text
    channel,
    address,
    reason,
    -- timestamps
    since,
    _loaded_at
from {{ ref('base_suppressions') }}
where _rejected_reason is null
