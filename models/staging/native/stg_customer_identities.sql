select
    -- ids
    customer_id,
    -- text
    kind,
    case when kind = 'phone' then trim(value) else {{ post_purchase_gate.plain_email('value') }} end as value,
    -- timestamps
    first_seen_at,
    _loaded_at
from {{ ref('base_customer_identities') }}
where _rejected_reason is null
