-- Who is one person: the accounts that share an address or became one another, named by the earliest of them. Links without a time hold at all
-- instants.
with

shared_by_too_many as (
    select customer_id
    from {{ ref('int_account_links') }}
    where link_state = 'shared_by_too_many'
    group by customer_id
)

select
    customers.customer_id,
    coalesce(linked.first_customer_id, customers.customer_id) as person_id,
    linked.customer_id is not null as is_linked,
    shared_by_too_many.customer_id is not null as has_shared_address
from {{ ref('stg_customers') }} as customers
left join {{ ref('int_linked_accounts') }} as linked
    on customers.customer_id = linked.customer_id
left join shared_by_too_many
    on customers.customer_id = shared_by_too_many.customer_id
