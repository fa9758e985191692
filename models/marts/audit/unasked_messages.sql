{{ config(enabled=post_purchase_gate.decides(['message'])) }}
{%- set string = dbt.type_string() -%}
-- What went out without anybody having asked: no lease stands for it. What the gate says of it at its own moment stands beside it.
with

asked as (
    select seen_message_id as message_id
    from {{ ref('int_leases') }}
    where seen_message_id is not null
    group by seen_message_id
),

beginning as (
    select min(leased_at) as asking_began_at
    from {{ ref('int_leases') }}
)

select
    messages.message_id,
    messages.customer_id,
    messages.person_id,
    messages.order_id,
    cast(messages.action as {{ string }}) as action,
    messages.channel,
    messages.flow,
    messages.sent_at,
    beginning.asking_began_at,
    coalesce(messages.sent_at >= beginning.asking_began_at, false) as is_since_asking_began,
    cast(send_audit.verdict as {{ string }}) as verdict,
    cast(send_audit.not_judged_reason as {{ string }}) as not_judged_reason,
    cast(send_audit.reason_codes as {{ string }}) as reason_codes,
    cast(send_audit.problem as {{ string }}) as problem
from {{ ref('int_messages') }} as messages
cross join beginning
left join asked
    on messages.message_id = asked.message_id
left join {{ post_purchase_gate.built(ref('send_audit')) }} as send_audit
    on messages.message_id = send_audit.message_id
where
    asked.message_id is null
    and messages.sent_at <= {{ post_purchase_gate.as_of() }}
    and {{ post_purchase_gate.since_audit_from('messages.sent_at') }}
