-- What ended each commercial action of an order that has none left.
with

ended as (
    select
        choices.order_id,
        decisions.action,
        decisions.priority,
        decisions.expires_at,
        decisions.point_id,
        reasons.check_name,
        reasons.state,
        reasons.detail,
        reasons.reason_rank
    from {{ ref('int_marketing_choices') }} as choices
    inner join {{ ref('int_decisions') }} as decisions
        on choices.order_id = decisions.order_id and decisions.action_class = 'commercial'
    inner join {{ ref('int_reasons') }} as reasons
        on decisions.point_id = reasons.point_id and decisions.action = reasons.action
    inner join {{ ref('checks') }} as checks
        on reasons.check_name = checks.check_name
    where choices.action = 'nothing_left' and checks.is_final and reasons.state = 'problem'
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id, action order by reason_rank asc, check_name asc, expires_at desc nulls last, point_id asc
        ) as position
    from ended
)

select
    order_id,
    action,
    priority,
    check_name,
    state,
    detail,
    expires_at
from ranked
where position = 1
