{{ config(enabled=post_purchase_gate.uses_connector('recharge')) }}
-- The store's account behind a customer of Recharge: the one that Recharge names, else the only one with the address. Where two stores have it,
-- nobody can tell.
with

customers as (
    select
        customers._store,
        customers.id as recharge_customer_id,
        customers.external_customer_id,
        {{ post_purchase_gate.plain_email('customers.email') }} as email
    from {{ ref('src_recharge__customer') }} as customers
),

served as (
    select * from {{ ref('connected_stores') }}
    where connector = 'recharge'
),

named as (
    select
        customers._store,
        customers.recharge_customer_id,
        min(accounts.customer_id) as customer_id
    from customers
    inner join served
        on customers._store = served._store
    inner join {{ ref('connected_customers') }} as accounts
        on served.store_id || '-' || customers.external_customer_id = accounts.customer_id
    group by customers._store, customers.recharge_customer_id
    having count(*) = 1
),

addressed as (
    select
        customers._store,
        customers.recharge_customer_id,
        min(accounts.customer_id) as customer_id
    from customers
    inner join {{ ref('connected_customers') }} as accounts
        on customers.email = accounts.email
    inner join served
        on customers._store = served._store and {{ dbt.position("served.store_id || '-'", "accounts.customer_id") }} = 1
    group by customers._store, customers.recharge_customer_id
    having count(*) = 1
)

select
    customers._store,
    customers.recharge_customer_id,
    coalesce(
        named.customer_id,
        addressed.customer_id,
        {{ post_purchase_gate.unlinked_id('only_store', 'customers.external_customer_id') }}
    ) as customer_id
from customers
left join served as only_store
    on customers._store = only_store._store and only_store.is_only
left join named
    on customers._store = named._store and customers.recharge_customer_id = named.recharge_customer_id
left join addressed
    on customers._store = addressed._store and customers.recharge_customer_id = addressed.recharge_customer_id
