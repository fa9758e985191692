-- Since when a channel no longer reaches a customer: its first hard bounce or complaint.
with

events as (
    select
        messages.customer_id,
        messages.channel,
        events.event_type,
        events.event_id,
        events.occurred_at,
        row_number() over (
            partition by messages.customer_id, messages.channel order by events.occurred_at, events.event_type, events.event_id
        ) as position
    from {{ ref('stg_message_events') }} as events
    inner join {{ ref('stg_messages') }} as messages
        on events.message_id = messages.message_id
    where events.event_type in ('hard_bounced', 'complained')
)

select
    customer_id,
    channel,
    event_type,
    event_id,
    occurred_at
from events
where position = 1
