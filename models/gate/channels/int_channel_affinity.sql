-- How often a person has opened or clicked what came over a channel in the last year, drawn to what everybody does there by so many messages as
-- channel_prior_messages says.
with

channels as (
    select channel
    from {{ ref('int_action_channels') }}
    group by channel
),

sent as (
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
),

of_channel as (
    select
        channel,
        sum(has_response) * 1.0 / count(*) as response_rate
    from sent
    group by channel
),

of_person as (
    select
        person_id,
        channel,
        count(*) as messages,
        sum(has_response) as responses
    from sent
    group by person_id, channel
)

select
    of_person.person_id,
    of_person.channel,
    of_person.messages,
    of_person.responses,
    cast(
        (of_person.responses + {{ var('channel_prior_messages') }} * of_channel.response_rate)
        / (of_person.messages + {{ var('channel_prior_messages') }})
        as decimal(18, 6)
    ) as affinity,
    cast(of_channel.response_rate as decimal(18, 6)) as channel_rate
from of_person
inner join of_channel
    on of_person.channel = of_channel.channel
