select
    -- ids
    customer_id,
    -- text
    kind,
    case when kind = 'phone' then {{ post_purchase_gate.digits_only('value') }} else lower(value) end as value,
    -- timestamps
    first_seen_at,
    _loaded_at
from {{ ref('base_customer_identities') }}
where _rejected_reason is null
