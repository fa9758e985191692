-- Why an order has no offer left: what ended each of its commercial actions.
with

ended as (
    select
        choices.order_id,
        reasons.check_name,
        reasons.state,
        decisions.action,
        min(decisions.priority) as priority,
        min(reasons.reason_rank) as reason_rank
    from {{ ref('int_marketing_choices') }} as choices
    inner join {{ ref('int_decisions') }} as decisions
        on choices.order_id = decisions.order_id and decisions.action_class = 'commercial'
    inner join {{ ref('int_reasons') }} as reasons
        on decisions.point_id = reasons.point_id and decisions.action = reasons.action
    inner join {{ ref('checks') }} as checks
        on reasons.check_name = checks.check_name
    where choices.action = 'nothing_left' and checks.is_final and reasons.state = 'problem'
    group by choices.order_id, reasons.check_name, reasons.state, decisions.action
),

first_reasons as (
    select
        *,
        row_number() over (partition by order_id, action order by reason_rank, check_name) as position
    from ended
)

select
    order_id,
    {{ post_purchase_gate.ordered_list("action || ' ' || check_name || ':' || state", 'priority, action') }} as nothing_left_because
from first_reasons
where position = 1
group by order_id
