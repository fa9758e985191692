-- Who wrote: the accounts that a ticket names by id or by any of their addresses. A report by phone or from another mailbox is still the
-- customer's; phones are written in many ways and agree in their last nine digits.
with

tickets as (
    select * from {{ ref('int_tickets') }}
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
        {{ dbt.right(post_purchase_gate.digits_only('phone'), 9) }} as address
    from {{ ref('stg_customers') }}
    where phone is not null
    union
    select
        customer_id,
        kind,
        case when kind = 'phone' then {{ dbt.right('value', 9) }} else value end as address
    from {{ ref('stg_customer_identities') }}
),

ticket_addresses as (
    select
        counts_as_ticket_id as ticket_id,
        'email' as kind,
        requester_email as address
    from tickets
    where requester_email is not null
    union all
    select
        counts_as_ticket_id as ticket_id,
        'phone' as kind,
        {{ dbt.right('requester_phone', 9) }} as address
    from tickets
    where requester_phone is not null
)

select
    tickets.counts_as_ticket_id as ticket_id,
    customers.customer_id
from tickets
inner join {{ ref('stg_customers') }} as customers
    on tickets.customer_id = customers.customer_id
union
select
    ticket_addresses.ticket_id,
    addresses.customer_id
from ticket_addresses
inner join addresses
    on ticket_addresses.kind = addresses.kind and ticket_addresses.address = addresses.address
where ticket_addresses.address <> ''
