{{ config(materialized='view') }}
-- What holds an action under the policy in force.
select
    point_id,
    action,
    check_name,
    state,
    verdict,
    detail,
    since,
    clears_at,
    evidence_table,
    evidence_id,
    matrix_position,
    reason_rank
from {{ ref('int_policy_reasons') }}
where policy = 'in_force'
