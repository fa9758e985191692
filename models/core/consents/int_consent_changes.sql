-- Every word on whether a customer may be addressed on a channel: the ledger's, and an opt-out that a message brought, whether or not the ledger
-- has heard of it. Neither is cut off at an instant: who reads it looks no further than his own.
select
    customer_id,
    channel,
    status,
    basis,
    occurred_at,
    'consents' as source_table,
    customer_id as source_id
from {{ ref('stg_consents') }}
union all
select
    messages.customer_id,
    messages.channel,
    'unsubscribed' as status,
    cast(null as {{ dbt.type_string() }}) as basis,
    events.occurred_at,
    'message_events' as source_table,
    events.event_id as source_id
from {{ ref('stg_message_events') }} as events
inner join {{ ref('stg_messages') }} as messages
    on events.message_id = messages.message_id
where events.event_type = 'unsubscribed'
