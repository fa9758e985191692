-- The addresses of an account as they are compared (e-mail folded, phone as its E.164 digits by the account's country), as hashes: an erased
-- account is known by its address, too, for its owner's other accounts, and keeps none in clear text.
with

accounts as (
    select
        customers.customer_id,
        customers.country,
        customers.created_at,
        coalesce(customers.email, erased.email) as email,
        coalesce(customers.phone, erased.phone) as phone
    from {{ ref('stg_customers') }} as customers
    -- staging shows no address of an erased account
    left join {{ ref('base_customers') }} as erased
        on
            -- one key, and no condition on the account beside it: with one the engine compares every account with every other
            case when customers.erased_at is not null then customers.customer_id end = erased.customer_id
            and erased._rejected_reason is null
),

written as (
    select
        customer_id,
        country,
        'email' as kind,
        email as address,
        1 as is_own,
        created_at as first_seen_at
    from accounts
    union all
    select
        customer_id,
        country,
        'phone' as kind,
        phone as address,
        1 as is_own,
        created_at as first_seen_at
    from accounts
    union all
    select
        accounts.customer_id,
        accounts.country,
        identities.kind,
        identities.value as address,
        0 as is_own,
        coalesce(identities.first_seen_at, accounts.created_at) as first_seen_at
    from {{ ref('stg_customer_identities') }} as identities
    inner join accounts
        on identities.customer_id = accounts.customer_id
),

digits as (
    select
        written.*,
        countries.calling_code,
        {{ post_purchase_gate.international_digits('written.address') }} as international,
        {{ post_purchase_gate.digits_only('written.address') }} as digits,
        countries.trunk_prefix,
        countries.national_digits
    from written
    left join {{ ref('country_calling_codes') }} as countries
        on written.country = countries.country
    where written.kind = 'phone' and written.address is not null
),

phones as (
    select
        *,
        coalesce(
            international,
            case
                when calling_code is not null and digits <> ''
                    then {{ post_purchase_gate.national_digits_abroad('digits', 'calling_code', "coalesce(trunk_prefix, '')", 'national_digits') }}
            end
        ) as e164
    from digits
),

short_phones as (
    select
        *,
        {{ post_purchase_gate.last_nine_digits(
            "case when calling_code is not null and e164 like " ~ dbt.concat(["calling_code", "'%'"])
            ~ " then substring(e164, length(calling_code) + 1) else coalesce(e164, digits) end") }} as last_nine
    from phones
),

compared as (
    select
        customer_id,
        'email' as kind,
        {{ post_purchase_gate.email_or_null('address') }} as address,
        cast(null as {{ dbt.type_string() }}) as last_nine,
        is_own,
        first_seen_at
    from written
    where kind = 'email'
    union all
    select
        customer_id,
        kind,
        coalesce(e164, last_nine) as address,
        last_nine,
        is_own,
        first_seen_at
    from short_phones
    where {{ post_purchase_gate.is_phone_number('last_nine') }}
),

keyed as (
    select
        customer_id,
        kind,
        {{ post_purchase_gate.address_key("kind", "address") }} as address_key,
        {{ post_purchase_gate.address_key("kind", "last_nine") }} as last_nine_key,
        is_own,
        first_seen_at
    from compared
    where address is not null
)

select
    customer_id,
    kind,
    address_key,
    min(last_nine_key) as last_nine_key,
    max(is_own) = 1 as is_own,
    case when max(is_own) = 1 then 'customers' else 'customer_identities' end as evidence,
    min(first_seen_at) as first_seen_at
from keyed
group by customer_id, kind, address_key
