select
    -- ids
    customer_id,
    -- text
    action,
    variant,
    -- timestamps
    assigned_at,
    _loaded_at
from {{ ref('base_experiment_assignments') }}
where _rejected_reason is null
