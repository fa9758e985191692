-- Issues that support must see now: an issue check that is a problem of a live point. Nobody is routed to support over a test order, nor over a
-- replacement order's own lines: what concerns them is said of the line that they stand for.
with

positions as (
    select
        check_name,
        min(matrix_position) as matrix_position
    from {{ ref('int_policy_matrix') }}
    where state = 'problem'
    group by check_name
)

select
    findings.point_id,
    findings.check_name,
    findings.state,
    findings.detail,
    findings.since,
    findings.evidence_table,
    findings.evidence_id,
    coalesce(positions.matrix_position, 0) as matrix_position,
    row_number() over (
        partition by findings.point_id order by coalesce(positions.matrix_position, 0), findings.check_name
    ) as issue_rank
from {{ ref('int_issue_answers') }} as findings
inner join {{ ref('int_points') }} as points
    on findings.point_id = points.point_id and points.is_live
inner join {{ ref('checks') }} as checks
    on findings.check_name = checks.check_name
left join positions
    on findings.check_name = positions.check_name
where
    checks.is_issue
    and findings.state = 'problem'
    and not points.is_test
    and points.order_type <> 'replacement'
