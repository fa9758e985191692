{{ config(enabled=post_purchase_gate.decides(['due'])) }}
-- When the gate would first have sent an action for a line: at the instant it became due, or when what held it then lets go (its own end, or for
-- an issue before a review request the longest pause). That the shop's own flow had sent it already holds nothing here. A person's decision
-- that was in force then counts as it would have: a send lets go of everything, a pause holds until it ends, support for good.
with

due_points as (
    select
        points.point_id,
        points.order_line_id,
        points.order_id,
        points.customer_id,
        points.audited_action as action,
        points.point_at as due_at,
        verdicts.expires_at,
        verdicts.verdict,
        verdicts.recheck_at,
        verdicts.reason_codes,
        verdicts.override_id
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_verdicts') }} as verdicts
        on points.point_id = verdicts.point_id and points.audited_action = verdicts.action
    where points.origin = 'due'
),

holds as (
    select
        reasons.point_id,
        reasons.check_name,
        reasons.state,
        reasons.reason_rank,
        reasons.verdict,
        problems.problem,
        coalesce(
            reasons.clears_at,
            case
                when checks.delays_review_at_most and reasons.action = 'review_request'
                    then {{ post_purchase_gate.add_days(var('max_pause_days'), 'reasons.since') }}
            end
        ) as ends_at
    from {{ ref('int_reasons') }} as reasons
    inner join due_points
        on reasons.point_id = due_points.point_id
    inner join {{ ref('checks') }} as checks
        on reasons.check_name = checks.check_name
    left join {{ ref('audit_problems') }} as problems
        on
            reasons.check_name = problems.check_name
            and reasons.state = problems.state
            and problems.action = '*'
    where
        not (reasons.check_name = 'already_done' and reasons.detail = 'sent')
        and not (due_points.override_id is not null and due_points.verdict = 'send')
    union all
    select
        point_id,
        'override' as check_name,
        substring(reason_codes, 10) as state,
        0 as reason_rank,
        verdict,
        'held_by_a_person' as problem,
        recheck_at as ends_at
    from due_points
    where override_id is not null and verdict <> 'send'
),

summed as (
    select
        point_id,
        max(ends_at) as ends_at,
        max(case when ends_at is null then 1 else 0 end) as has_endless_hold,
        max(case when ends_at is null and coalesce(problem, 'other') <> 'unresolved_support_risk' then 1 else 0 end) as has_other_endless_hold,
        max(case when verdict = 'support' then 1 else 0 end) as is_support,
        {{ post_purchase_gate.ordered_list("check_name || ':' || state", 'reason_rank') }} as reason_codes
    from holds
    group by point_id
)

select
    due_points.point_id,
    due_points.order_line_id,
    due_points.order_id,
    due_points.customer_id,
    due_points.action,
    due_points.due_at,
    due_points.expires_at,
    case
        when summed.point_id is null then due_points.due_at
        when summed.has_endless_hold = 0 and (due_points.expires_at is null or summed.ends_at <= due_points.expires_at) then summed.ends_at
    end as first_send_at,
    coalesce(summed.is_support, 0) = 1 as is_held_by_support,
    coalesce(summed.has_other_endless_hold, 0) = 1 as is_held_for_good,
    coalesce(summed.reason_codes, '') as reason_codes
from due_points
left join summed
    on due_points.point_id = summed.point_id
