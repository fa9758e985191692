-- The actions that a point decides on, with their due and expiry times from the anchors that the seed `actions` names.
-- Replenishment only for a SKU that is used up, by the shop's own gaps or as declared; support_recovery comes from issues, in verdicts.
with

anchors as (
    select
        points.point_id,
        points.audited_action,
        points.order_line_id,
        points.order_id,
        points.root_order_id,
        points.person_id,
        delivery.fulfillment_id as news_fulfillment_id,
        delivery.news_delivered_at,
        delivery.arrived_fulfillment_id,
        delivery.order_first_delivered_at,
        -- an exchange stands on the order that it answers, and is confirmed with it
        payments.stands_since as payment,
        delivery.news_at as shipping_news,
        case when points.is_digital then payments.first_captured_at else delivery.last_shipped_at end as last_shipped,
        use_evidence.delivered_at as delivered,
        use_evidence.use_ready_at as use_ready,
        use_evidence.depletion_at as depletion,
        depletion.point_id is not null as is_used_up,
        case when purchases.earlier_purchases >= 1 then use_evidence.use_ready_at end as repeat_use_ready
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
    left join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
    left join {{ ref('int_use_evidence') }} as use_evidence
        on points.point_id = use_evidence.point_id
    left join {{ ref('int_point_depletion') }} as depletion
        on points.point_id = depletion.point_id
    left join {{ ref('int_purchase_evidence') }} as purchases
        on points.point_id = purchases.point_id
),

-- a live point decides on every action, a past one on its own
decided_actions as (
    select
        actions.*,
        actions.action as audited_action
    from {{ ref('actions') }} as actions
    union all
    select
        actions.*,
        '(all)' as audited_action
    from {{ ref('actions') }} as actions
),

due as (
    select
        anchors.point_id,
        anchors.use_ready,
        anchors.delivered,
        anchors.depletion,
        anchors.order_line_id,
        anchors.order_id,
        anchors.root_order_id,
        anchors.person_id,
        -- news are of the parcel that has them, a check-in of the parcel that came last
        case
            when actions.scope <> 'fulfillment' then null
            when actions.due_anchor = 'delivered' then anchors.arrived_fulfillment_id
            else anchors.news_fulfillment_id
        end as fulfillment_id,
        case actions.expires_latest
            when 'first_delivery' then anchors.order_first_delivered_at
            when 'parcel_delivered' then anchors.news_delivered_at
        end as too_late_from,
        actions.action,
        actions.action_class,
        actions.scope as action_scope,
        actions.stage,
        cast(actions.priority as integer) as priority,
        actions.expires_anchor,
        cast(actions.expires_offset_days as integer) as expires_offset_days,
        {{ post_purchase_gate.add_days('cast(actions.due_offset_days as integer)', "case actions.due_anchor
            when 'payment' then anchors.payment
            when 'shipping_news' then anchors.shipping_news
            when 'last_shipped' then anchors.last_shipped
            when 'delivered' then anchors.delivered
            when 'use_ready' then anchors.use_ready
            when 'depletion' then anchors.depletion
            when 'repeat_use_ready' then anchors.repeat_use_ready
        end") }} as due_at
    from anchors
    inner join decided_actions as actions
        on coalesce(anchors.audited_action, '(all)') = actions.audited_action
    where
        actions.action <> 'support_recovery'
        and coalesce(actions.sender, 'gate') <> 'nobody'
        and (actions.due_anchor <> 'depletion' or anchors.is_used_up)
),

timed as (
    select
        *,
        {{ post_purchase_gate.add_days('expires_offset_days', "case expires_anchor
            when 'due' then due_at
            when 'use_ready' then use_ready
            when 'delivered' then delivered
            when 'depletion' then depletion
        end") }} as expires_by_days
    from due
)

select
    point_id,
    action,
    action_class,
    action_scope,
    stage,
    priority,
    case action_scope
        when 'line' then order_line_id
        when 'order' then root_order_id
        when 'fulfillment' then coalesce(fulfillment_id, root_order_id)
        when 'customer' then person_id
    end as scope_id,
    fulfillment_id,
    -- what one notice tells of: the parcel, or the order
    coalesce(fulfillment_id, order_id) as event_scope_id,
    due_at,
    case when too_late_from < expires_by_days then too_late_from else expires_by_days end as expires_at
from timed
