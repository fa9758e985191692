select
    -- ids
    customer_id,
    -- text
    channel,
    status,
    basis,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_consents') }}
where _rejected_reason is null
