-- All that holds an action which an open issue holds back, and whether it ends with the issue: the issue itself, and what rests on the same
-- ticket, refund or event. What is done, too late or out of the question is held back by nothing.
with

held as (
    select
        issues.order_id,
        issues.check_name,
        issues.point_id,
        issues.point_at,
        reasons.evidence_table,
        reasons.evidence_id,
        decisions.action,
        decisions.priority,
        decisions.expected_contribution_profit
    from {{ ref('int_issue_queues') }} as issues
    inner join {{ ref('int_reasons') }} as reasons
        on issues.point_id = reasons.point_id and issues.check_name = reasons.check_name
    inner join {{ ref('int_decisions') }} as decisions
        on reasons.point_id = decisions.point_id and reasons.action = decisions.action
    where reasons.state = 'problem' and not decisions.is_spent
)

select
    held.order_id,
    held.check_name,
    held.point_id,
    held.point_at,
    held.action,
    held.priority,
    held.expected_contribution_profit,
    reasons.check_name as holder,
    reasons.state as holder_state,
    reasons.detail as holder_detail,
    reasons.matrix_position,
    reasons.clears_at,
    {{ post_purchase_gate.is_consequence('reasons') }} as is_consequence,
    reasons.check_name = held.check_name
    or coalesce(reasons.evidence_table = held.evidence_table and reasons.evidence_id = held.evidence_id, false) as ends_with_it
from held
inner join {{ ref('int_reasons') }} as reasons
    on held.point_id = reasons.point_id and held.action = reasons.action
