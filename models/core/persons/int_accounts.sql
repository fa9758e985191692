-- What is known of an account now: whose it is, how it is addressed, and whether it may be known at all. An erased person's accounts keep nothing
-- that names anybody.
select
    -- ids
    customers.customer_id,
    persons.person_id,
    -- text
    case when erasures.person_id is null then lower(trim(customers.email)) end as email,
    case when erasures.person_id is null then trim(customers.phone) end as phone,
    case when erasures.person_id is null then trim(customers.first_name) end as first_name,
    persons.country,
    case when customers.country = persons.country then customers.region end as region,
    customers.timezone,
    -- booleans
    customers.is_test,
    coalesce(customers.erased_at <= {{ post_purchase_gate.as_of() }}, false) or erasures.person_id is not null as is_erased,
    -- timestamps
    customers.created_at
from {{ ref('stg_customers') }} as customers
inner join {{ ref('int_persons') }} as persons
    on customers.customer_id = persons.customer_id
left join {{ ref('int_person_erasures') }} as erasures
    on
        persons.person_id = erasures.person_id
        and erasures.erased_at <= {{ post_purchase_gate.as_of() }}
        and erasures.until_at > {{ post_purchase_gate.as_of() }}
