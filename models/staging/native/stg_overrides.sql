select
    -- ids
    override_id,
    order_line_id,
    -- text
    action,
    decision,
    reason,
    set_by,
    -- timestamps
    set_at,
    expires_at,
    _loaded_at
from {{ ref('base_overrides') }}
where _rejected_reason is null
