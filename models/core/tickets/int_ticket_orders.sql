-- The orders that a ticket names: by id, else by what people call an order ('#1001'). Two stores may both have a #1001: the order of
-- whoever wrote comes before a stranger's.
with

tickets as (
    select * from {{ ref('int_tickets') }}
    where order_id is not null
),

orders as (
    select * from {{ ref('int_orders') }}
),

order_names as (
    select
        order_id,
        customer_id,
        {{ post_purchase_gate.without_mark('lower(trim(order_name))', '#', 'leading') }} as order_name
    from {{ ref('stg_orders') }}
    where order_name is not null
),

by_name as (
    select
        tickets.ticket_id,
        tickets.counts_as_ticket_id,
        order_names.order_id,
        case when contacts.customer_id is not null then 1 else 0 end as is_own,
        max(case when contacts.customer_id is not null then 1 else 0 end) over (partition by tickets.ticket_id) as has_own
    from tickets
    inner join order_names
        on {{ post_purchase_gate.without_mark('lower(trim(tickets.order_id))', '#', 'leading') }} = order_names.order_name
    left join orders
        on tickets.order_id = orders.order_id
    left join {{ ref('int_ticket_contacts') }} as contacts
        on tickets.counts_as_ticket_id = contacts.ticket_id and order_names.customer_id = contacts.customer_id
    where orders.order_id is null
),

named as (
    select
        tickets.ticket_id as named_by_ticket_id,
        tickets.counts_as_ticket_id as ticket_id,
        orders.order_id
    from tickets
    inner join orders
        on tickets.order_id = orders.order_id
    union all
    select
        ticket_id as named_by_ticket_id,
        counts_as_ticket_id as ticket_id,
        order_id
    from by_name
    where is_own = has_own
)

select
    named.named_by_ticket_id,
    named.ticket_id,
    named.order_id,
    orders.root_order_id
from named
inner join orders
    on named.order_id = orders.order_id
