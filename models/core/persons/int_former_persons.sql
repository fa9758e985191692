-- Under which id a person is known now that was known under another one before. A person whose accounts have since been found to be several is
-- now whoever the account is that gave the name, or, where that is gone, the first of the accounts.
with

former as (
    select
        former_person_id,
        customer_id
    from {{ ref('int_person_changes') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        person_id as former_person_id,
        customer_id
    from {{ ref('int_person_changes') }}
),

present as (
    select
        former.former_person_id,
        min(persons.person_id) as person_id
    from former
    inner join {{ ref('int_persons') }} as persons
        on former.customer_id = persons.customer_id
    group by former.former_person_id
)

select
    present.former_person_id,
    coalesce(named.person_id, present.person_id) as person_id
from present
left join {{ ref('int_persons') }} as named
    on present.former_person_id = named.customer_id
where present.former_person_id <> coalesce(named.person_id, present.person_id)
