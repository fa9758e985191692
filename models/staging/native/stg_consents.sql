select
    -- ids
    customer_id,
    store_id,
    -- text
    channel,
    address,
    status,
    basis,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_consents') }}
where _rejected_reason is null
