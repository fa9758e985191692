-- What accounts share: an address, or the account that they became. A value that too many share links nobody (a shop's own mailbox, a
-- marketplace's mask, a number typed to get past a form), unless the owner has said what it is.
with

known as (
    select *
    from {{ ref('int_account_addresses') }}
    where not coalesce(first_seen_at > {{ post_purchase_gate.as_of() }}, false)
),

-- a number whose country nobody knows is compared by its last nine digits, with whoever has a number that ends so
unplaced_numbers as (
    select last_nine_key
    from known
    where address_key = last_nine_key
    group by last_nine_key
),

merged_accounts as (
    select
        customer_id,
        merged_into_customer_id
    from {{ ref('stg_customers') }}
    where merged_into_customer_id is not null and merged_into_customer_id <> customer_id
),

merge_targets as (
    select merged_into_customer_id
    from merged_accounts
    group by merged_into_customer_id
),

named as (
    select
        customer_id,
        kind,
        address_key as value_key,
        evidence
    from known
    union all
    select
        known.customer_id,
        known.kind,
        known.last_nine_key as value_key,
        known.evidence
    from known
    inner join unplaced_numbers
        on known.last_nine_key = unplaced_numbers.last_nine_key
    where known.address_key <> known.last_nine_key
    union all
    select
        customer_id,
        'account' as kind,
        {{ post_purchase_gate.address_key("'account'", "merged_into_customer_id") }} as value_key,
        'merged_into_customer_id' as evidence
    from merged_accounts
    union all
    select
        customers.customer_id,
        'account' as kind,
        {{ post_purchase_gate.address_key("'account'", "customers.customer_id") }} as value_key,
        'merged_into_customer_id' as evidence
    from {{ ref('stg_customers') }} as customers
    inner join merge_targets
        on customers.customer_id = merge_targets.merged_into_customer_id
),

per_account as (
    select
        customer_id,
        kind,
        value_key,
        min(evidence) as evidence
    from named
    group by customer_id, kind, value_key
),

shared as (
    select
        kind,
        value_key,
        count(*) as accounts
    from per_account
    group by kind, value_key
    having count(*) > 1
),

listed as (
    select
        kind,
        case when kind = 'email' then {{ post_purchase_gate.plain_email('address') }} else {{ post_purchase_gate.digits_only('address') }} end
            as address,
        treatment
    from {{ ref('shared_addresses') }}
),

keyed_list as (
    select
        {{ post_purchase_gate.address_key('kind', 'address') }} as value_key,
        treatment
    from listed
),

owners_word as (
    select
        value_key,
        min(treatment) as treatment
    from keyed_list
    group by value_key
)

select
    per_account.customer_id,
    per_account.kind,
    per_account.value_key,
    per_account.evidence,
    shared.accounts,
    case
        when owners_word.treatment = 'ignored' then 'ignored'
        when owners_word.treatment = 'one_person' or shared.kind = 'account' then 'linked'
        when shared.accounts > {{ var('max_accounts_per_address') }} then 'shared_by_too_many'
        else 'linked'
    end as link_state
from per_account
inner join shared
    on per_account.kind = shared.kind and per_account.value_key = shared.value_key
left join owners_word
    on per_account.value_key = owners_word.value_key
