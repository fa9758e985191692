{%- set best_first -%}
order by
    decision_rank asc,
    recheck_at asc nulls last,
    spent_rank asc,
    priority asc,
    expected_contribution_profit desc nulls last,
    due_at asc nulls last,
    order_line_id asc
{%- endset -%}
-- The one row per live order that acts next: support first, then the first send in priority order, then the pause that can act soonest;
-- a row that is too late or done already comes last, since it cannot act at all.
with

-- only what ranks: the rows are lines times actions
ranked as (
    select
        decisions.decision_id,
        decisions.customer_id,
        decisions.order_id,
        decisions.order_line_id,
        decisions.sku,
        decisions.action,
        decisions.decision,
        decisions.recheck_at,
        decisions.expected_contribution_profit,
        decisions.due_at,
        verdicts.priority,
        case when verdicts.is_spent then 1 else 0 end as spent_rank,
        case decisions.decision when 'support' then 1 when 'send' then 2 else 3 end as decision_rank
    from {{ ref('gate_decisions') }} as decisions
    inner join {{ ref('int_points') }} as points
        on decisions.order_line_id = points.order_line_id and points.is_live
    inner join {{ ref('int_verdicts') }} as verdicts
        on points.point_id = verdicts.point_id and decisions.action = verdicts.action
),

chosen as (
    select
        *,
        row_number() over (partition by order_id {{ best_first }}) as order_choice
    from ranked
),

picked as (
    select
        *,
        row_number() over (partition by customer_id {{ best_first }}) as customer_choice
    from chosen
    where order_choice = 1
),

shared_lines as (
    select
        picked.order_id,
        ranked.sku,
        min(ranked.order_line_id) as order_line_id
    from picked
    inner join ranked
        on
            picked.order_id = ranked.order_id
            and picked.action = ranked.action
            and picked.decision = ranked.decision
    where ranked.sku is not null
    group by picked.order_id, ranked.sku
),

sku_lists as (
    select
        order_id,
        {{ post_purchase_gate.ordered_list('sku', 'order_line_id') }} as skus
    from shared_lines
    group by order_id
)

select
    decisions.*,  -- noqa: AM04
    actions.stage,
    sku_lists.skus,
    picked.customer_choice = 1 as is_customer_pick,
    pick.order_id as pick_order_id,
    pick.action as pick_action
from picked
inner join {{ ref('gate_decisions') }} as decisions
    on picked.decision_id = decisions.decision_id
inner join {{ ref('actions') }} as actions
    on picked.action = actions.action
inner join picked as pick
    on picked.customer_id = pick.customer_id and pick.customer_choice = 1
left join sku_lists
    on picked.order_id = sku_lists.order_id
