-- Who is one person: the accounts that share an address or became one another, named by the earliest of them. Links without a time hold at all
-- instants. A guest says no country; another account of the person may.
with

shared_by_too_many as (
    select customer_id
    from {{ ref('int_account_links') }}
    where link_state = 'shared_by_too_many'
    group by customer_id
),

linked as (
    select
        linked.customer_id,
        linked.first_customer_id,
        customers.country,
        row_number() over (
            partition by linked.first_customer_id, case when customers.country is null then 1 else 0 end
            order by customers.created_at asc nulls last, customers.customer_id asc
        ) as position
    from {{ ref('int_linked_accounts') }} as linked
    inner join {{ ref('stg_customers') }} as customers
        on linked.customer_id = customers.customer_id
)

select
    customers.customer_id,
    coalesce(linked.first_customer_id, customers.customer_id) as person_id,
    coalesce(customers.country, countries.country) as country,
    linked.customer_id is not null as is_linked,
    shared_by_too_many.customer_id is not null as has_shared_address
from {{ ref('stg_customers') }} as customers
left join linked
    on customers.customer_id = linked.customer_id
left join linked as countries
    on linked.first_customer_id = countries.first_customer_id and countries.position = 1 and countries.country is not null
left join shared_by_too_many
    on customers.customer_id = shared_by_too_many.customer_id
