-- Every word on whether an address may be written to on a channel: the ledger's, and an opt-out that a message brought, whether or not the ledger
-- has heard of it. Neither is cut off at an instant: who reads it looks no further than the instant asked about. What an account permits that has no
-- address permits nothing at another account's; what it forbids holds wherever its person is written to.
with

ledger as (
    select
        *,
        {{ post_purchase_gate.address_kind('channel') }} as kind
    from {{ ref('stg_consents') }}
)

select
    coalesce(written.permission_key, accounts.permission_key) as permission_key,
    ledger.channel,
    ledger.store_id,
    ledger.status,
    ledger.basis,
    ledger.occurred_at,
    'consents' as source_table,
    coalesce(ledger.customer_id, written.permission_key) as source_id
from ledger
left join {{ ref('int_written_addresses') }} as written
    on ledger.channel = written.channel and ledger.address = written.address
left join {{ ref('int_permission_addresses') }} as accounts
    on ledger.customer_id = accounts.customer_id and ledger.kind = accounts.kind
where
    coalesce(written.permission_key, accounts.permission_key) is not null
    and not (written.permission_key is null and accounts.is_of_another and ledger.status = 'subscribed')
union all
select
    messages.permission_key,
    messages.channel,
    cast(null as {{ dbt.type_string() }}) as store_id,
    'unsubscribed' as status,
    cast(null as {{ dbt.type_string() }}) as basis,
    events.occurred_at,
    'message_events' as source_table,
    events.event_id as source_id
from {{ ref('stg_message_events') }} as events
inner join {{ ref('int_messages') }} as messages
    on events.message_id = messages.message_id
where events.event_type = 'unsubscribed' and messages.permission_key is not null
