-- Whose a ticket is: of whoever wrote, and of whoever placed the order that it names.
with

found as (
    select
        ticket_id,
        customer_id
    from {{ ref('int_ticket_contacts') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        ticket_orders.ticket_id,
        orders.customer_id
    from {{ ref('int_ticket_orders') }} as ticket_orders
    inner join {{ ref('int_orders') }} as orders
        on ticket_orders.order_id = orders.order_id
)

select
    found.ticket_id,
    found.customer_id,
    persons.person_id
from found
inner join {{ ref('int_persons') }} as persons
    on found.customer_id = persons.customer_id
