-- A replacement or exchange belongs to the order that it answers (its root), through up to three links.
with

orders as (
    select
        *,
        case when order_type in ('replacement', 'exchange') then parent_order_id end as answers_order_id
    from {{ ref('stg_orders') }}
),

customers as (
    select
        customers.customer_id,
        persons.country,
        customers.timezone,
        customers.is_test,
        persons.person_id
    from {{ ref('stg_customers') }} as customers
    inner join {{ ref('int_persons') }} as persons
        on customers.customer_id = persons.customer_id
)

select
    -- ids
    orders.order_id,
    orders.customer_id,
    customers.person_id,
    orders.store_id,
    parent.order_id as parent_order_id,
    coalesce(great_grandparent.order_id, grandparent.order_id, parent.order_id, orders.order_id) as root_order_id,
    -- the order whose units a replacement stands for: a replacement of a replacement stands for the first one's
    coalesce(
        case when parent.order_type <> 'replacement' then parent.order_id end,
        case when grandparent.order_type <> 'replacement' then grandparent.order_id end,
        great_grandparent.order_id
    ) as stands_for_order_id,
    -- text
    orders.order_type,
    orders.currency,
    orders.sales_channel,
    -- what is sold over the counter is handed over there
    coalesce(orders.delivery_method, case when orders.sales_channel = 'pos' then 'pickup' end) as delivery_method,
    orders.fulfillment_status,
    customers.country,
    customers.timezone,
    -- numbers
    orders.total as order_total,
    coalesce(orders.shipping_charged, 0) as shipping_charged,
    orders.discount as order_discount,
    -- booleans
    -- what answers a gift or a test is one, too
    orders.is_gift
    or coalesce(parent.is_gift, false) or coalesce(grandparent.is_gift, false) or coalesce(great_grandparent.is_gift, false) as is_gift,
    orders.is_test or customers.is_test
    or coalesce(parent.is_test, false) or coalesce(grandparent.is_test, false) or coalesce(great_grandparent.is_test, false) as is_test,
    orders.prices_include_tax,
    -- timestamps
    orders.ordered_at,
    orders.cancelled_at
from orders
inner join customers
    on orders.customer_id = customers.customer_id
left join orders as parent
    on orders.answers_order_id = parent.order_id
left join orders as grandparent
    on parent.answers_order_id = grandparent.order_id
left join orders as great_grandparent
    on grandparent.answers_order_id = great_grandparent.order_id
