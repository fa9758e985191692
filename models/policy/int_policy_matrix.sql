{{ config(materialized='view') }}
-- The matrix in force.
select
    action,
    check_name,
    state,
    verdict,
    matrix_position,
    reason_rank
from {{ ref('int_policy_cells') }}
where policy = 'in_force'
