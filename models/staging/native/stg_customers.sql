select
    -- ids
    customer_id,
    merged_into_customer_id,
    -- text
    case when erased_at <= {{ post_purchase_gate.as_of() }} then null else lower(email) end as email,
    case when erased_at <= {{ post_purchase_gate.as_of() }} then null else phone end as phone,
    case when erased_at <= {{ post_purchase_gate.as_of() }} then null else first_name end as first_name,
    upper(country) as country,
    region,
    timezone,
    locale,
    -- booleans
    coalesce(is_test, false) as is_test,
    -- timestamps
    created_at,
    erased_at,
    _loaded_at
from {{ ref('base_customers') }}
where _rejected_reason is null
