-- Who wrote: the accounts that a ticket names by id, by any of their addresses or by one that was given with their orders. A report by phone or from another mailbox is still the
-- customer's; a phone of whose country a ticket says nothing agrees in its last nine digits.
with

-- addresses are read where they arrive, and go no further
tickets as (
    select
        tickets.counts_as_ticket_id,
        tickets.customer_id,
        requests.requester_email,
        requests.requester_phone
    from {{ ref('int_tickets') }} as tickets
    inner join {{ ref('stg_tickets') }} as requests
        on tickets.ticket_id = requests.ticket_id
),

addresses as (
    select * from {{ ref('int_account_addresses') }}
),

numbers as (
    select
        counts_as_ticket_id as ticket_id,
        {{ post_purchase_gate.international_digits('requester_phone') }} as international,
        {{ post_purchase_gate.last_nine_digits(post_purchase_gate.digits_only('requester_phone')) }} as last_nine
    from tickets
    where requester_phone is not null
),

ticket_addresses as (
    select
        counts_as_ticket_id as ticket_id,
        {{ post_purchase_gate.address_key("'email'", 'requester_email') }} as address_key
    from tickets
    where requester_email is not null
    union all
    select
        ticket_id,
        {{ post_purchase_gate.address_key("'phone'", 'international') }} as address_key
    from numbers
    where international is not null
),

last_nines as (
    select
        ticket_id,
        {{ post_purchase_gate.address_key("'phone'", 'last_nine') }} as last_nine_key
    from numbers
    where {{ post_purchase_gate.is_phone_number('last_nine') }}
)

select
    tickets.counts_as_ticket_id as ticket_id,
    customers.customer_id
from tickets
inner join {{ ref('stg_customers') }} as customers
    on tickets.customer_id = customers.customer_id
{{ post_purchase_gate.union_distinct() }}
select
    ticket_addresses.ticket_id,
    addresses.customer_id
from ticket_addresses
inner join addresses
    on ticket_addresses.address_key = addresses.address_key
{{ post_purchase_gate.union_distinct() }}
select
    last_nines.ticket_id,
    addresses.customer_id
from last_nines
inner join addresses
    on last_nines.last_nine_key = addresses.last_nine_key
{{ post_purchase_gate.union_distinct() }}
select
    ticket_addresses.ticket_id,
    given.customer_id
from ticket_addresses
inner join {{ ref('int_order_addresses') }} as given
    on ticket_addresses.address_key = given.address_key
