-- Every word on whether an address may be written to on a channel: the ledger's, and an opt-out that a message brought, whether or not the ledger
-- has heard of it. Neither is cut off at an instant: who reads it looks no further than the instant asked about. What an account permits that has no
-- address permits nothing at another account's; what it forbids holds wherever its person is written to.
with

-- what was taken back on a channel that nobody knows ('all') may be of any: none is permitted until it is subscribed to again; a subscription opens none
ledger as (
    select
        consents.customer_id,
        consents.address,
        coalesce(meanings.channel, consents.channel) as channel,
        consents.channel as said_of,
        consents.store_id,
        case when meanings.channel is null then consents.status else 'unknown' end as status,
        case when meanings.channel is null then consents.basis end as basis,
        consents.occurred_at
    from {{ ref('stg_consents') }} as consents
    left join {{ ref('int_channel_meanings') }} as meanings
        on consents.channel = meanings.said_of
    where meanings.channel is null or consents.status <> 'subscribed'
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
    on ledger.said_of = written.channel and ledger.address = written.address
left join {{ ref('int_permission_addresses') }} as accounts
    on ledger.customer_id = accounts.customer_id and {{ post_purchase_gate.address_kind('ledger.channel') }} = accounts.kind
where
    coalesce(written.permission_key, accounts.permission_key) is not null
    and not (written.permission_key is null and accounts.is_of_another and ledger.status = 'subscribed')
union all
select
    addresses.permission_key,
    addresses.channel,
    cast(null as {{ dbt.type_string() }}) as store_id,
    case when addresses.is_channel_known then 'unsubscribed' else 'unknown' end as status,
    cast(null as {{ dbt.type_string() }}) as basis,
    events.occurred_at,
    'message_events' as source_table,
    events.event_id as source_id
from {{ ref('stg_message_events') }} as events
inner join {{ ref('int_message_addresses') }} as addresses
    on events.message_id = addresses.message_id
where events.event_type = 'unsubscribed'
