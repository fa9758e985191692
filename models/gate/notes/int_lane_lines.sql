-- The lines that a lane's first row speaks of: those that share its action and what was decided on it, those that are told together, or, where
-- nothing is left, all of the order.
with

shared as (
    select
        choices.order_id,
        choices.lane,
        decisions.order_line_id,
        decisions.point_id,
        decisions.sku
    from {{ ref('int_lane_choices') }} as choices
    inner join {{ ref('int_decisions') }} as decisions
        on
            choices.order_id = decisions.order_id
            and choices.decided_action = decisions.action
            and choices.decision = decisions.decision
    where choices.lane <> 'service' and not decisions.is_spent
    union all
    select
        told.order_id,
        'service' as lane,
        decisions.order_line_id,
        decisions.point_id,
        decisions.sku
    from {{ ref('int_service_actions') }} as told
    inner join {{ ref('int_decisions') }} as decisions
        on told.order_id = decisions.order_id and told.action = decisions.action
    inner join {{ ref('actions') }} as actions
        on decisions.action = actions.action
    inner join {{ ref('int_point_actions') }} as timing
        on decisions.point_id = timing.point_id and decisions.action = timing.action
    where
        told.service_rank = 1
        and decisions.decision = 'send'
        and told.event_scope_id = timing.event_scope_id
        and coalesce(told.news_at = {{ post_purchase_gate.news_at('actions', 'decisions') }}, told.news_at is null)
    union all
    select
        choices.order_id,
        choices.lane,
        points.order_line_id,
        points.point_id,
        points.sku
    from {{ ref('int_lane_choices') }} as choices
    inner join {{ ref('int_points') }} as points
        on choices.order_id = points.order_id
    where choices.action = 'nothing_left' and points.is_live
)

select
    order_id,
    lane,
    order_line_id,
    point_id,
    sku,
    cast(row_number() over (partition by order_id, lane order by order_line_id) as integer) as line_number
from shared
