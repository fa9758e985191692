-- What is known of an account now: whose it is, how it is addressed, and whether it may be known at all. An erased account keeps nothing
-- that names anybody.
select
    -- ids
    customers.customer_id,
    persons.person_id,
    -- text
    case when erasures.customer_id is null then lower(trim(customers.email)) end as email,
    case when erasures.customer_id is null then trim(customers.phone) end as phone,
    case when erasures.customer_id is null then trim(customers.first_name) end as first_name,
    persons.country,
    case when customers.country = persons.country then customers.region end as region,
    customers.timezone,
    -- booleans
    customers.is_test,
    erasures.customer_id is not null as is_erased,
    -- timestamps
    customers.created_at
from {{ ref('stg_customers') }} as customers
inner join {{ ref('int_persons') }} as persons
    on customers.customer_id = persons.customer_id
left join {{ ref('int_account_erasures') }} as erasures
    on
        customers.customer_id = erasures.customer_id
        and erasures.erased_at <= {{ post_purchase_gate.as_of() }}
        and erasures.until_at > {{ post_purchase_gate.as_of() }}
