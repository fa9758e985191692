{{ config(enabled=post_purchase_gate.decides(['message'])) }}
-- Messages that no point stands for, and why: an audit that left them out would look better than the shop.
with

rejected as (
    select
        message_id,
        _rejected_reason as rejected_reason,
        row_number() over (partition by message_id order by sent_at asc nulls last, _rejected_reason asc, _loaded_at asc nulls last) as position
    from {{ ref('base_messages') }}
    where _rejected_reason is not null and message_id is not null
),

judged as (
    select audited_id as message_id
    from {{ ref('int_audit_verdicts') }}
    where origin = 'message'
)

select
    messages.message_id,
    case
        when messages.order_id is null and messages.dangling_order_id is not null then 'order_unknown'
        when messages.order_id is null then 'no_order'
        when orders.order_id is null then 'order_unknown'
        when messages.sent_at < orders.ordered_at then 'sent_before_the_order'
        when actions.action is null then 'action_not_in_the_catalogue'
        when messages.order_line_id is not null then 'line_not_of_the_order'
        else 'action_never_sent'
    end as not_judged_reason
from {{ ref('int_messages') }} as messages
left join judged
    on messages.message_id = judged.message_id
left join {{ ref('int_orders') }} as orders
    on messages.order_id = orders.order_id
left join {{ ref('actions') }} as actions
    on messages.action = actions.action
where
    judged.message_id is null
    and messages.sent_at <= {{ post_purchase_gate.as_of() }}
    and {{ post_purchase_gate.since_audit_from('messages.sent_at') }}
union all
select
    rejected.message_id,
    {{ dbt.concat(["'rejected:'", "rejected.rejected_reason"]) }} as not_judged_reason
from rejected
left join {{ ref('int_messages') }} as accepted
    on rejected.message_id = accepted.message_id
where rejected.position = 1 and accepted.message_id is null
