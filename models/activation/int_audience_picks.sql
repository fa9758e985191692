-- The customers' picks that may be carried out: a send that is still valid.
select
    actions.customer_id,
    actions.order_id,
    actions.order_line_id,
    actions.action,
    actions.decision_id,
    actions.skus,
    actions.recommended_sku,
    actions.due_at,
    actions.send_after,
    actions.valid_until,
    decisions.expires_at
from {{ ref('next_actions') }} as actions
inner join {{ ref('gate_decisions') }} as decisions
    on actions.decision_id = decisions.decision_id
where
    actions.is_customer_pick
    and actions.decision = 'send'
    and actions.valid_until > {{ post_purchase_gate.as_of() }}
