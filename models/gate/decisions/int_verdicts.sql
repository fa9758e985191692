{{ config(materialized='view') }}
-- What the policy in force decides.
select
    point_id,
    action,
    action_class,
    stage,
    priority,
    scope_id,
    due_at,
    expires_at,
    verdict,
    recheck_at,
    reason_codes,
    is_spent,
    is_held_out,
    would_have_sent,
    override_id
from {{ ref('int_policy_verdicts') }}
where policy = 'in_force'
