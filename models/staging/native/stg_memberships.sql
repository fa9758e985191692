select
    -- ids
    customer_id,
    -- text
    programme,
    -- timestamps
    joined_at,
    left_at,
    _loaded_at
from {{ ref('base_memberships') }}
where _rejected_reason is null
