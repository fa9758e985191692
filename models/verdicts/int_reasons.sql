-- Findings that the gate matrix gives a verdict for an action. An objective issue may delay a review request for max_pause_days from
-- its start; then it no longer holds the ask back, whatever anybody thought of the product.
with

findings as (
    select
        findings.*,
        points.point_at,
        points.is_live,
        checks.delays_review_at_most,
        checks.is_live_only
    from {{ ref('int_findings') }} as findings
    inner join {{ ref('int_points') }} as points
        on findings.point_id = points.point_id
    inner join {{ ref('checks') }} as checks
        on findings.check_name = checks.check_name
),

-- where a check answers for every action and for one of them apart, the answer for the one holds
general_checks as (
    select check_name
    from findings
    where action is null
    group by check_name
),

own_answers as (
    select
        findings.point_id,
        findings.check_name,
        findings.action
    from findings
    inner join general_checks
        on findings.check_name = general_checks.check_name
    where findings.action is not null
    group by findings.point_id, findings.check_name, findings.action
),

judged as (
    select
        findings.*,
        matrix.action as held_action,
        matrix.verdict,
        matrix.matrix_position
    from findings
    inner join {{ ref('int_policy_matrix') }} as matrix
        on
            findings.check_name = matrix.check_name
            and findings.state = matrix.state
            and (findings.action is null or findings.action = matrix.action)
    left join own_answers
        on
            findings.point_id = own_answers.point_id
            and findings.check_name = own_answers.check_name
            and matrix.action = own_answers.action
    where
        (findings.action is not null or own_answers.point_id is null)
        and (findings.is_live or not findings.is_live_only)
        and not (
            matrix.action = 'review_request'
            and findings.delays_review_at_most
            and findings.state in ('problem', 'waiting')
            and coalesce(
                {{ post_purchase_gate.add_days(var('max_pause_days'), 'findings.since') }} <= findings.point_at, false
            )
        )
)

select
    judged.point_id,
    judged.held_action as action,
    judged.matrix_position,
    judged.check_name,
    judged.state,
    judged.verdict,
    judged.detail,
    judged.since,
    judged.clears_at,
    judged.evidence_table,
    judged.evidence_id
from judged
inner join {{ ref('int_point_actions') }} as actions
    on judged.point_id = actions.point_id and judged.held_action = actions.action
