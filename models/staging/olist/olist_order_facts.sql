{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- One row per order id, so that what belongs to an order joins it once even where the order is listed twice. Times as brought.
with

orders as (
    select
        order_id,
        min(customer_id) as order_customer_id,
        min(order_purchase_timestamp) as ordered_at,
        min(order_approved_at) as approved_at
    from {{ source('olist', 'orders') }}
    where order_id is not null
    group by order_id
),

persons as (
    select
        customer_id as order_customer_id,
        min(customer_unique_id) as customer_id
    from {{ source('olist', 'customers') }}
    where customer_id is not null
    group by customer_id
)

select
    orders.order_id,
    -- an id that no person has shows as an orphan
    coalesce(persons.customer_id, orders.order_customer_id) as customer_id,
    orders.ordered_at,
    orders.approved_at
from orders
left join persons
    on orders.order_customer_id = persons.order_customer_id
