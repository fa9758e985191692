{%- set best_first -%}
order by
    decision_rank asc,
    recheck_at asc nulls last,
    priority asc,
    is_chosen desc,
    expected_contribution_profit desc nulls last,
    due_at asc nulls last,
    order_line_id asc
{%- endset -%}
-- The marketing lane: per order the best commercial row, a send in priority order before the pause that can act soonest, and per person the one
-- order whose row goes first. Where a share of choice is left to chance, the offer chosen has the first place of those it was chosen among. What can never act is no choice; an order left with nothing else says so, in its last place.
with

commercial as (
    select
        decisions.person_id,
        decisions.order_id,
        decisions.order_line_id,
        decisions.point_id,
        decisions.action,
        decisions.decision,
        case decisions.decision when 'send' then 1 when 'pause' then 2 end as decision_rank,
        decisions.recheck_at,
        case when choices.is_chosen then choices.first_priority else decisions.priority end as priority,
        case when choices.is_chosen then 1 else 0 end as is_chosen,
        decisions.expected_contribution_profit,
        decisions.due_at,
        decisions.is_spent
    from {{ ref('int_decisions') }} as decisions
    left join {{ ref('int_offer_choices') }} as choices
        on decisions.point_id = choices.point_id and decisions.action = choices.action
    where decisions.action_class = 'commercial'
),

ranked as (
    select
        *,
        row_number() over (partition by order_id {{ best_first }}) as choice
    from commercial
    where decision_rank is not null and not is_spent
),

-- every offer of the order is over: nothing waits for time, for an event or for support
nothing_left as (
    select
        max(person_id) as person_id,
        order_id,
        min(order_line_id) as order_line_id,
        min(point_id) as point_id
    from commercial
    group by order_id
    having max(case when decision = 'support' or not is_spent then 1 else 0 end) = 0
),

chosen as (
    select
        person_id,
        order_id,
        order_line_id,
        point_id,
        action,
        decision,
        decision_rank,
        recheck_at,
        priority,
        is_chosen,
        expected_contribution_profit,
        due_at
    from ranked
    where choice = 1
    union all
    select
        person_id,
        order_id,
        order_line_id,
        point_id,
        'nothing_left' as action,
        'pause' as decision,
        3 as decision_rank,
        cast(null as {{ dbt.type_timestamp() }}) as recheck_at,
        cast(null as integer) as priority,
        0 as is_chosen,
        cast(null as decimal(18, 4)) as expected_contribution_profit,
        cast(null as {{ dbt.type_timestamp() }}) as due_at
    from nothing_left
),

picked as (
    select
        *,
        row_number() over (partition by person_id {{ best_first }}) as person_choice
    from chosen
)

select
    picked.person_id,
    picked.order_id,
    picked.order_line_id,
    picked.point_id,
    picked.action,
    picked.decision,
    picked.person_choice = 1 as is_customer_pick,
    case when picked.person_choice > 1 then {{ dbt.concat(["pick.action", "' of order '", "pick.order_id"]) }} end as waits_for
from picked
inner join picked as pick
    on picked.person_id = pick.person_id and pick.person_choice = 1
