-- A ticket's customer by id, by the order, or by any of his addresses: a report by phone or from another mailbox is still his.
with

tickets as (
    select * from {{ ref('stg_tickets') }}
),

addresses as (
    select
        customer_id,
        'email' as kind,
        email as address
    from {{ ref('stg_customers') }}
    where email is not null
    union
    select
        customer_id,
        'phone' as kind,
        {{ post_purchase_gate.digits_only('phone') }} as address
    from {{ ref('stg_customers') }}
    where phone is not null
    union
    select
        customer_id,
        kind,
        value as address
    from {{ ref('stg_customer_identities') }}
),

ticket_addresses as (
    select
        ticket_id,
        'email' as kind,
        requester_email as address
    from tickets
    where requester_email is not null
    union all
    select
        ticket_id,
        'phone' as kind,
        requester_phone as address
    from tickets
    where requester_phone is not null
),

found as (
    select
        tickets.ticket_id,
        customers.customer_id
    from tickets
    inner join {{ ref('stg_customers') }} as customers
        on tickets.customer_id = customers.customer_id
    union
    select
        tickets.ticket_id,
        orders.customer_id
    from tickets
    inner join {{ ref('int_orders') }} as orders
        on tickets.order_id = orders.order_id
    union
    select
        ticket_addresses.ticket_id,
        addresses.customer_id
    from ticket_addresses
    inner join addresses
        on ticket_addresses.kind = addresses.kind and ticket_addresses.address = addresses.address
)

select * from found
