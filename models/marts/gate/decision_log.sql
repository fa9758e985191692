-- What was decided, and what was done: the append-only changes with the message that followed, as far as the messages feed has told.
with

told as (
    select
        changes.*,
        messages.message_id,
        messages.sent_at as message_sent_at,
        ',' || changes.reason_codes || ',' like '%,due:problem,%' as was_too_late
    from {{ post_purchase_gate.built(ref('decision_changes')) }} as changes
    left join {{ ref('int_decision_messages') }} as messages
        on changes.log_id = messages.log_id
)

select
    log_id,
    decision_id,
    order_line_id,
    action,
    entry_number,
    decided_at,
    decision,
    previous_decision,
    primary_reason,
    reason_codes,
    policy_version,
    is_held_out,
    would_have_sent,
    propensity,
    choice_id,
    is_chosen,
    choice_value,
    cast(message_id as {{ dbt.type_string() }}) as message_id,
    cast(message_sent_at as {{ dbt.type_timestamp() }}) as message_sent_at,
    cast(case
        when message_id is null and decision = 'send' then 'not_sent'
        when message_id is null then 'held_as_decided'
        when decision = 'send' then 'sent_as_decided'
        when decision = 'support' then 'sent_although_support'
        when was_too_late then 'sent_late'
        else 'sent_although_paused'
    end as {{ dbt.type_string() }}) as followed_decision
from told
