-- What a person was sent, and how much more marketing the window allows, as the frequency check counts it.
with

messages as (
    select
        messages.person_id,
        messages.message_id,
        messages.action,
        messages.sent_at,
        actions.action is not null as is_action,
        {{ post_purchase_gate.is_commercial('actions.action_class') }} as is_commercial
    from {{ ref('int_contacts') }} as messages
    left join {{ ref('actions') }} as actions
        on messages.action = actions.action
    where
        messages.sent_at < {{ post_purchase_gate.as_of() }}
        and not coalesce(messages.counts_until <= {{ post_purchase_gate.as_of() }}, false)
),

numbered as (
    select
        *,
        row_number() over (partition by person_id, is_action order by sent_at desc, message_id desc) as action_recency,
        row_number() over (partition by person_id, is_commercial order by sent_at desc, message_id desc) as commercial_recency,
        sent_at > {{ post_purchase_gate.add_days(-1 * var('frequency_window_days'), post_purchase_gate.as_of()) }} as is_in_window
    from messages
),

summed as (
    select
        person_id,
        max(case when is_action and action_recency = 1 then action end) as last_action,
        max(case when is_action and action_recency = 1 then sent_at end) as last_action_at,
        sum(case when is_commercial and is_in_window then 1 else 0 end) as commercial_messages,
        max(case when is_commercial then sent_at end) as last_commercial_at,
        max(case when is_commercial and is_in_window and commercial_recency = {{ var('frequency_max_messages') }} then sent_at end) as capping_message_at
    from numbered
    group by person_id
)

select
    summed.person_id,
    summed.last_action,
    summed.last_action_at,
    summed.commercial_messages,
    {{ post_purchase_gate.greatest(3) }}(
        {{ post_purchase_gate.as_of() }},
        coalesce({{ post_purchase_gate.add_time('hour', var('frequency_min_gap_hours'), 'summed.last_commercial_at') }}, {{ post_purchase_gate.as_of() }}),
        coalesce({{ post_purchase_gate.add_days(var('frequency_window_days'), 'summed.capping_message_at') }}, {{ post_purchase_gate.as_of() }})
    ) as next_commercial_at
from summed
