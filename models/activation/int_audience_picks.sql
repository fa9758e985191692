-- The persons' picks that may be carried out by the gate: a send that is still valid.
select
    picks.person_id,
    picks.customer_id,
    picks.order_id,
    picks.order_line_id,
    picks.action,
    picks.decision_id,
    picks.skus,
    picks.recommended_sku,
    picks.due_at,
    picks.expires_at,
    picks.send_after,
    picks.valid_until
from {{ ref('int_next_actions') }} as picks
inner join {{ ref('int_audiences') }} as audiences
    on picks.action = audiences.action
where
    picks.lane = 'marketing'
    and picks.is_customer_pick
    and picks.decision = 'send'
    and picks.valid_until > {{ post_purchase_gate.as_of() }}
