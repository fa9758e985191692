select
    -- ids
    lease_id,
    customer_id,
    order_id,
    order_line_id,
    -- text
    action,
    channel,
    -- timestamps
    leased_at,
    ends_at,
    _loaded_at
from {{ ref('base_leases') }}
where _rejected_reason is null
