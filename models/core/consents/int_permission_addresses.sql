-- The address that an account is written to, and that therefore permits or forbids: its own, else that of the account that it became, else the
-- person's first. What has no address is permitted or forbidden for the account itself.
with

accounts as (
    select
        customers.customer_id,
        customers.merged_into_customer_id,
        persons.person_id
    from {{ ref('stg_customers') }} as customers
    inner join {{ ref('int_persons') }} as persons
        on customers.customer_id = persons.customer_id
),

own as (
    select
        customer_id,
        kind,
        min(address_key) as address_key
    from {{ ref('int_account_addresses') }}
    where is_own
    group by customer_id, kind
),

of_person as (
    select
        persons.person_id,
        addresses.customer_id,
        addresses.kind,
        addresses.address_key,
        row_number() over (
            partition by persons.person_id, addresses.kind
            order by addresses.is_own desc, addresses.first_seen_at asc nulls last, addresses.customer_id asc, addresses.address_key asc
        ) as position
    from {{ ref('int_account_addresses') }} as addresses
    inner join {{ ref('int_persons') }} as persons
        on addresses.customer_id = persons.customer_id
),

kinds as (
    select 'email' as kind
    union all
    select 'phone' as kind
),

addressed as (
    select
        accounts.customer_id,
        accounts.person_id,
        kinds.kind,
        coalesce(own.address_key, merged.address_key, of_person.address_key) as address_key,
        coalesce(own.address_key, merged.address_key) is null
        and of_person.address_key is not null and of_person.customer_id <> accounts.customer_id as is_of_another
    from accounts
    cross join kinds
    left join own
        on accounts.customer_id = own.customer_id and kinds.kind = own.kind
    left join own as merged
        on accounts.merged_into_customer_id = merged.customer_id and kinds.kind = merged.kind
    left join of_person
        on accounts.person_id = of_person.person_id and kinds.kind = of_person.kind and of_person.position = 1
)

select
    customer_id,
    person_id,
    kind,
    coalesce(address_key, {{ post_purchase_gate.address_key("'account'", "customer_id") }}) as permission_key,
    address_key is not null as has_address,
    is_of_another
from addressed
union all
select
    customer_id,
    person_id,
    'account' as kind,
    {{ post_purchase_gate.address_key("'account'", "customer_id") }} as permission_key,
    true as has_address,
    false as is_of_another
from accounts
