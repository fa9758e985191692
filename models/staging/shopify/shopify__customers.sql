{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Where an account has no address of its own, it lives where its last order went.
with

customers as (
    select * from {{ ref('src_shopify__customer') }}
),

last_orders as (
    select
        _store,
        customer_id,
        country,
        region,
        locale,
        row_number() over (partition by _store, customer_id order by {{ post_purchase_gate.parse_utc('processed_at') }} desc, id desc) as recency
    from {{ ref('src_shopify__order') }}
    where customer_id is not null and country is not null
)

select
    -- ids
    customers._store || '-' || customers.id as customer_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_customer_id,
    -- text
    customers.email,
    customers.phone,
    customers.first_name,
    coalesce(customers.country, last_orders.country) as country,
    case when customers.country is not null then customers.region else last_orders.region end as region,
    last_orders.locale,
    -- booleans
    false as is_test,
    -- timestamps
    customers.created_at,
    case
        when lower(customers.email_consent_state) = 'redacted' or lower(customers.sms_consent_state) = 'redacted'
            then coalesce(customers.email_consent_at, customers.updated_at, customers._loaded_at)
    end as erased_at,
    customers._loaded_at
from customers
left join last_orders
    on customers._store = last_orders._store and customers.id = last_orders.customer_id and last_orders.recency = 1
