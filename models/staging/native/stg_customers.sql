select
    -- ids
    customer_id,
    merged_into_customer_id,
    -- text
    case when erased_at <= {{ post_purchase_gate.as_of() }} then null else lower(email) end as email,
    case when erased_at <= {{ post_purchase_gate.as_of() }} then null else phone end as phone,
    case when erased_at <= {{ post_purchase_gate.as_of() }} then null else first_name end as first_name,
    country,
    region,
    timezone,
    locale,
    preferred_channel,
    -- booleans
    coalesce(is_test, false) as is_test,
    -- timestamps
    created_at,
    erased_at,
    _loaded_at
from {{ ref('base_customers') }}
where _rejected_reason is null
union all
-- orders without an account
select
    customer_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as merged_into_customer_id,
    email,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as phone,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as first_name,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as country,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as region,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as timezone,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as locale,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as preferred_channel,
    false as is_test,
    created_at,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as erased_at,
    _loaded_at
from {{ ref('base_guests') }}
