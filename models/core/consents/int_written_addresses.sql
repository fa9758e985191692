-- Addresses that the ledger, the suppressions and the messages write out, as they are compared. A phone of whose country the row says nothing is
-- the number of an account that ends in the same nine digits. A tool may know whom a text message or a push went to by e-mail alone. On a channel that
-- nobody knows, what is no e-mail address is a number.
with

written as (
    select
        channel,
        address
    from {{ ref('stg_consents') }}
    where address is not null
    {{ post_purchase_gate.union_distinct() }}
    select
        channel,
        address
    from {{ ref('stg_suppressions') }}
    where address is not null
    {{ post_purchase_gate.union_distinct() }}
    select
        coalesce(channel, 'unknown') as channel,
        address
    from {{ ref('stg_messages') }}
    where address is not null
),

kinds as (
    select
        channel,
        address,
        case
            when address like '%_@_%' then 'email'
            when channel = 'unknown' then 'phone'
            else {{ post_purchase_gate.address_kind('channel') }}
        end as kind
    from written
),

read_as as (
    select
        channel,
        address,
        kind,
        case
            when kind = 'email' then {{ post_purchase_gate.email_or_null('address') }}
            when kind = 'phone' then {{ post_purchase_gate.international_digits('address') }}
            else address
        end as value,
        case
            when kind = 'phone' then {{ post_purchase_gate.last_nine_digits(post_purchase_gate.digits_only('address')) }}
        end as last_nine
    from kinds
),

numbers as (
    select
        last_nine_key,
        min(address_key) as address_key
    from {{ ref('int_account_addresses') }}
    where last_nine_key is not null
    group by last_nine_key
)

select
    read_as.channel,
    read_as.address,
    coalesce(
        {{ post_purchase_gate.address_key('read_as.kind', 'read_as.value') }},
        numbers.address_key,
        {{ post_purchase_gate.address_key('read_as.kind', "coalesce(read_as.last_nine, lower(trim(read_as.address)))") }}
    ) as permission_key
from read_as
left join numbers
    on case when read_as.value is null then {{ post_purchase_gate.address_key('read_as.kind', 'read_as.last_nine') }} end = numbers.last_nine_key
