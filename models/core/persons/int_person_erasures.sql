-- From when until when a person is erased. The erasure of one account is that of the person; it ends with the person's own later word: a
-- purchase or a subscription to messages from any of the accounts. Erasures that end together are one, from the first.
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
        customer_id,
        ordered_at as occurred_at
    from {{ ref('stg_orders') }}
    where order_type = 'purchase' and not is_test
    union all
    select
        customer_id,
        occurred_at
    from {{ ref('stg_consents') }}
    where status = 'subscribed'
),

ended as (
    select
        erasures.person_id,
        erasures.erased_at,
        min(words.occurred_at) as until_at
    from erasures
    inner join persons
        on erasures.person_id = persons.person_id
    left join words
        on persons.customer_id = words.customer_id and erasures.erased_at < words.occurred_at
    group by erasures.person_id, erasures.erased_at
)

select
    person_id,
    min(erased_at) as erased_at,
    coalesce(until_at, {{ post_purchase_gate.end_of_time() }}) as until_at
from ended
group by person_id, until_at
