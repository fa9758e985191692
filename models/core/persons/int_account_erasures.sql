-- From when until when an account is erased. The erasure of one account is that of the person, and so of each of his accounts; for an account it
-- ends with the person's own later word from there: a purchase, or a subscription to messages, under it or from its e-mail address. Who comes back
-- with another address is not written to at the old one. Erasures that end together are one, from the first.
with

persons as (
    select * from {{ ref('int_persons') }}
),

erasures as (
    select
        accounts.customer_id,
        accounts.person_id,
        customers.erased_at
    from {{ ref('stg_customers') }} as customers
    inner join persons
        on customers.customer_id = persons.customer_id
    inner join persons as accounts
        on persons.person_id = accounts.person_id
    where customers.erased_at is not null
    group by accounts.customer_id, accounts.person_id, customers.erased_at
),

erased_persons as (
    select person_id
    from erasures
    group by person_id
),

-- not the address that an account borrows from another one
addresses as (
    select
        addresses.customer_id,
        addresses.person_id,
        addresses.permission_key
    from {{ ref('int_permission_addresses') }} as addresses
    inner join erased_persons
        on addresses.person_id = erased_persons.person_id
    where addresses.kind in ('email', 'account') and not addresses.is_of_another
),

words as (
    select
        addresses.person_id,
        addresses.permission_key,
        orders.ordered_at as occurred_at
    from {{ ref('stg_orders') }} as orders
    inner join addresses
        on orders.customer_id = addresses.customer_id
    where orders.order_type = 'purchase' and not orders.is_test
    union all
    select
        addresses.person_id,
        addresses.permission_key,
        consents.occurred_at
    from {{ ref('int_consent_changes') }} as consents
    inner join addresses
        on consents.permission_key = addresses.permission_key
    where consents.status = 'subscribed'
),

ended as (
    select
        erasures.customer_id,
        erasures.erased_at,
        min(words.occurred_at) as until_at
    from erasures
    inner join addresses
        on erasures.customer_id = addresses.customer_id
    left join words
        on
            addresses.person_id = words.person_id
            and addresses.permission_key = words.permission_key
            and erasures.erased_at < words.occurred_at
    group by erasures.customer_id, erasures.erased_at
)

select
    customer_id,
    min(erased_at) as erased_at,
    coalesce(until_at, {{ post_purchase_gate.end_of_time() }}) as until_at
from ended
group by customer_id, until_at
