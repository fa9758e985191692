-- From when until when a person is erased. The erasure of one account is that of the person; it ends with the person's own later word: a
-- purchase or a subscription to messages from any account or address. Erasures that end together are one, from the first.
with

persons as (
    select * from {{ ref('int_persons') }}
),

erasures as (
    select
        persons.person_id,
        customers.erased_at
    from {{ ref('stg_customers') }} as customers
    inner join persons
        on customers.customer_id = persons.customer_id
    where customers.erased_at is not null
    group by persons.person_id, customers.erased_at
),

words as (
    select
        persons.person_id,
        orders.ordered_at as occurred_at
    from {{ ref('stg_orders') }} as orders
    inner join persons
        on orders.customer_id = persons.customer_id
    where orders.order_type = 'purchase' and not orders.is_test
    union all
    select
        addresses.person_id,
        consents.occurred_at
    from {{ ref('int_consent_changes') }} as consents
    inner join {{ ref('int_permission_addresses') }} as addresses
        on consents.permission_key = addresses.permission_key
    where consents.status = 'subscribed'
),

ended as (
    select
        erasures.person_id,
        erasures.erased_at,
        min(words.occurred_at) as until_at
    from erasures
    left join words
        on erasures.person_id = words.person_id and erasures.erased_at < words.occurred_at
    group by erasures.person_id, erasures.erased_at
)

select
    person_id,
    min(erased_at) as erased_at,
    coalesce(until_at, {{ post_purchase_gate.end_of_time() }}) as until_at
from ended
group by person_id, until_at
