{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- The person, not Olist's id of a customer on one order. The state is that of his latest order in the extract. A customer id
-- that is listed twice goes on to be judged as a repeat.
with

customers as (
    select
        customer_id,
        customer_unique_id,
        customer_state,
        row_number() over (partition by customer_id order by customer_unique_id, customer_state) as copy_number
    from {{ source('olist', 'customers') }}
),

latest_orders as (
    select
        customer_id,
        max(order_purchase_timestamp) as ordered_at
    from {{ source('olist', 'orders') }}
    group by customer_id
),

ranked as (
    select
        customers.*,
        row_number() over (
            partition by customers.customer_unique_id
            order by latest_orders.ordered_at desc nulls last, customers.customer_id desc, customers.copy_number asc
        ) as recency
    from customers
    left join latest_orders
        on customers.customer_id = latest_orders.customer_id
)

select
    customer_unique_id as customer_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as email,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as phone,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as first_name,
    'BR' as country,
    customer_state as region,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as timezone,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as created_at,
    {{ post_purchase_gate.null_as('boolean') }} as is_test,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as erased_at,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as merged_into_customer_id
from ranked
where recency = 1 or copy_number > 1 or customer_unique_id is null
