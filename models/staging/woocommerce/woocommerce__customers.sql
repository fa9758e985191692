{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- Who asked to be erased keeps an account whose address leads nowhere. Where an account has no address, it lives where its last order went.
with

last_orders as (
    select
        _store,
        account_id,
        country,
        region,
        row_number() over (partition by _store, account_id order by {{ post_purchase_gate.parse_utc('created_at') }} desc, order_id desc) as recency
    from {{ ref('woocommerce_orders') }}
    where account_id is not null and country is not null
)

select
    -- ids
    customers._store || '-' || customers.id as customer_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_customer_id,
    -- text
    case when lower(customers.email) not like '%@site.invalid' then customers.email end as email,
    customers.phone,
    customers.first_name,
    coalesce(customers.country, last_orders.country) as country,
    case when customers.country is not null then customers.region else last_orders.region end as region,
    -- booleans
    false as is_test,
    -- timestamps
    customers.created_at,
    case when lower(customers.email) like '%@site.invalid' then coalesce(customers.updated_at, customers._loaded_at) end as erased_at,
    customers._loaded_at
from {{ ref('src_woocommerce__customer') }} as customers
left join last_orders
    on customers._store = last_orders._store and customers.id = last_orders.account_id and last_orders.recency = 1
