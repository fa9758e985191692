{{ config(materialized='view') }}
-- Messages of the last year over the channels that an action may use, and whether each was opened or clicked.
with

channels as (
    select channel
    from {{ ref('int_action_channels') }}
    group by channel
)

select
    messages.message_id,
    messages.person_id,
    messages.channel,
    max(case when events.event_type in ('opened', 'clicked') then 1 else 0 end) as has_response
from {{ ref('int_messages') }} as messages
inner join channels
    on messages.channel = channels.channel
left join {{ ref('stg_message_events') }} as events
    on messages.message_id = events.message_id and events.occurred_at <= {{ post_purchase_gate.as_of() }}
where
    messages.sent_at <= {{ post_purchase_gate.as_of() }}
    and messages.sent_at > {{ post_purchase_gate.add_days(-365, post_purchase_gate.as_of()) }}
    and messages.person_id is not null
    and {{ post_purchase_gate.was_sent('messages', post_purchase_gate.as_of()) }}
group by messages.message_id, messages.person_id, messages.channel
