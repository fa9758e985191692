-- The e-mail addresses that were given with an account's orders: who answers at one of them speaks of these orders, whichever address the account
-- has. It joins no accounts (int_account_links) and permits nothing. What stands on the orders of too many (a shop's own mailbox, a
-- marketplace's mask) is nobody's.
with

written as (
    select
        customer_id,
        {{ post_purchase_gate.address_key("'email'", 'email') }} as address_key
    from {{ ref('stg_orders') }}
    where email is not null and ordered_at <= {{ post_purchase_gate.as_of() }}
),

given as (
    select
        customer_id,
        address_key
    from written
    group by customer_id, address_key
),

everybodys as (
    select address_key
    from given
    group by address_key
    having count(*) > {{ var('max_accounts_per_address') }}
)

select
    given.customer_id,
    persons.person_id,
    given.address_key
from given
inner join {{ ref('int_persons') }} as persons
    on given.customer_id = persons.customer_id
left join everybodys
    on given.address_key = everybodys.address_key
where everybodys.address_key is null
