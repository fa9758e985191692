-- Per live order the first row of each lane that has something in it, with all that a reader of it needs. The first lane is the order's headline.
with

ranked as (
    select * from {{ ref('int_lane_choices') }}
),

-- lines of the order that share the action and what was decided on it
shared_lines as (
    select
        ranked.order_id,
        ranked.lane,
        decisions.sku,
        min(decisions.order_line_id) as order_line_id
    from ranked
    inner join {{ ref('int_decisions') }} as decisions
        on
            ranked.order_id = decisions.order_id
            and ranked.decided_action = decisions.action
            and ranked.decision = decisions.decision
    where decisions.sku is not null and ranked.lane <> 'service' and not decisions.is_spent
    group by ranked.order_id, ranked.lane, decisions.sku
),

sku_lists as (
    select
        order_id,
        lane,
        {{ post_purchase_gate.ordered_list('sku', 'order_line_id') }} as skus
    from shared_lines
    group by order_id, lane
),

nothing_left as (
    select
        order_id,
        {{ post_purchase_gate.ordered_list("action || ' ' || check_name || ':' || state", 'priority, action') }} as nothing_left_because
    from {{ ref('int_ended_actions') }}
    group by order_id
),

-- of a pause that no time ends, the first reason that needs an event
events as (
    select
        ranked.order_id,
        ranked.lane,
        reasons.check_name,
        reasons.state,
        reasons.detail,
        row_number() over (partition by ranked.order_id, ranked.lane order by reasons.reason_rank, reasons.check_name) as position
    from ranked
    inner join {{ ref('int_reasons') }} as reasons
        on ranked.point_id = reasons.point_id and ranked.decided_action = reasons.action
    where ranked.decision = 'pause' and reasons.clears_at is null
)

-- a condition of the left side alone stands in the key: beside it, an engine compares every row with every other
select
    -- ids
    ranked.order_id,
    points.customer_id,
    points.person_id,
    ranked.order_line_id,
    ranked.point_id,
    decisions.decision_id,
    -- text
    ranked.lane,
    case when ranked.lane = 'support' then 'support_recovery' else coalesce(decisions.stage, 'nothing_left') end as stage,
    ranked.action,
    ranked.decision,
    coalesce(service.skus, sku_lists.skus) as skus,
    decisions.recommended_sku,
    case when support.check_name is not null then support.check_name || ':problem' else decisions.primary_reason end as primary_reason,
    coalesce(decisions.reason_codes, '') as reason_codes,
    case
        when ranked.decision = 'pause' and decisions.recheck_at is null
            then case
                when decisions.override_id is not null then 'the person who holds it to let go'
                else coalesce(told.waits_for, checks.waits_for)
            end
    end as waits_for_event,
    nothing_left.nothing_left_because,
    -- a review is asked for in the same way whatever the risk score says
    case
        when ranked.decision = 'support' then 'human'
        when ranked.action <> 'review_request' and risks.point_id is not null then 'human'
        else 'automated'
    end as handling,
    support.support_queue,
    support.support_owner,
    ranked.waits_for,
    -- numbers
    ranked.lane_rank,
    decisions.expected_contribution_profit,
    -- booleans
    ranked.lane_rank = 1 as is_headline,
    support.route_is_new,
    ranked.is_customer_pick,
    -- timestamps
    points.point_at as as_of,
    decisions.due_at,
    case when ranked.decision = 'send' then coalesce(service.send_after, hours.send_after) end as send_after,
    decisions.recheck_at,
    decisions.valid_until,
    decisions.expires_at,
    support.support_due_at
from ranked
inner join {{ ref('int_points') }} as points
    on ranked.point_id = points.point_id
left join {{ ref('int_decisions') }} as decisions
    on ranked.point_id = decisions.point_id and ranked.decided_action = decisions.action
left join {{ ref('int_customer_hours') }} as hours
    on points.customer_id = hours.customer_id and decisions.channel = hours.channel
left join {{ ref('int_support_choices') }} as support
    on case when ranked.lane = 'support' then ranked.order_id end = support.order_id
left join {{ ref('int_service_actions') }} as service
    on case when ranked.lane = 'service' then ranked.order_id end = service.order_id and service.service_rank = 1
left join sku_lists
    on ranked.order_id = sku_lists.order_id and ranked.lane = sku_lists.lane
left join events
    on ranked.order_id = events.order_id and ranked.lane = events.lane and events.position = 1
-- what is not known waits for other things than what was seen, and a check of the shop's own may have no words yet
left join {{ ref('int_reason_words') }} as told
    on
        events.check_name = told.check_name
        and events.state = told.state
        and coalesce(events.detail, '') = coalesce(told.detail, '')
left join {{ ref('checks') }} as checks
    on events.check_name = checks.check_name
left join {{ ref('int_findings') }} as risks
    on ranked.point_id = risks.point_id and risks.check_name = 'negative_review_risk' and risks.state = 'problem'
left join nothing_left
    on case when ranked.action = 'nothing_left' then ranked.order_id end = nothing_left.order_id
