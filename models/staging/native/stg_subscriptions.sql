select
    -- ids
    subscription_id,
    customer_id,
    sku,
    -- timestamps
    started_at,
    cancelled_at,
    next_charge_at,
    _loaded_at
from {{ ref('base_subscriptions') }}
where _rejected_reason is null
