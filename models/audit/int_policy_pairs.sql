{{ config(enabled=var('candidate_matrix', none) is not none) }}
-- Every live decision, and every message of the newest policy_comparison_days, under the matrix in force and under the candidate.
select
    points.point_id,
    points.origin,
    points.point_at,
    points.customer_id,
    points.order_id,
    points.order_line_id,
    points.message_id,
    verdicts.action,
    verdicts.verdict,
    candidates.verdict as candidate_verdict,
    verdicts.reason_codes,
    candidates.reason_codes as candidate_reason_codes
from {{ ref('int_points') }} as points
inner join {{ ref('int_policy_verdicts') }} as verdicts
    on points.point_id = verdicts.point_id and verdicts.policy = 'in_force'
inner join {{ ref('int_policy_verdicts') }} as candidates
    on verdicts.point_id = candidates.point_id and verdicts.action = candidates.action and candidates.policy = 'candidate'
where
    points.origin in ('live', 'message')
    and points.point_at >= {{ post_purchase_gate.add_days(-1 * var('policy_comparison_days'), post_purchase_gate.as_of()) }}
    -- an issue is routed to support whatever the matrix says
    and verdicts.action <> 'support_recovery'
