{{ config(materialized='table' if post_purchase_gate.decides(['due']) else 'view') }}
-- When an action became due for a line, by what is known at as_of: where the gate is asked again about what a day-count sequence sent too
-- early. Only the instant comes from here; what is decided at it, the gate's own models say from what was known then.
with

-- a parcel without a scan counts as arrived once its expected time and the grace have passed, as the gate infers it
parcels as (
    select
        order_line_id,
        sum(units) as units,
        min(shipped_at) as first_shipped_at,
        max(shipped_at) as last_shipped_at,
        max(coalesce(scanned_at, {{ post_purchase_gate.presumed_arrival('expected_delivery_at', 'shipped_at') }})) as arrived_at
    from {{ ref('int_line_parcels') }}
    where
        shipped_at <= {{ post_purchase_gate.as_of() }}
        and known_from <= {{ post_purchase_gate.as_of() }}
        and until_at > {{ post_purchase_gate.as_of() }}
    group by order_line_id
),

captures as (
    select
        order_id,
        max(occurred_at) as paid_at
    from {{ ref('stg_payments') }}
    where status = 'captured' and occurred_at <= {{ post_purchase_gate.as_of() }}
    group by order_id
),

audited_actions as (
    select action
    from {{ ref('calendar_steps') }}
    {{ post_purchase_gate.union_distinct() }}
    select 'review_request' as action
),

anchors as (
    select
        lines.order_line_id,
        lines.quantity,
        lines.use_lag_days,
        lines.consumable_days,
        coalesce(captures.paid_at, lines.ordered_at) as paid_at,
        case when lines.is_digital then coalesce(captures.paid_at, lines.ordered_at) else parcels.last_shipped_at end as shipped_at,
        case
            when lines.is_digital then coalesce(captures.paid_at, lines.ordered_at)
            when parcels.units >= lines.quantity then parcels.arrived_at
        end as arrived_at
    from {{ ref('int_order_lines') }} as lines
    left join parcels
        on lines.order_line_id = parcels.order_line_id
    left join captures
        on lines.order_id = captures.order_id
    where
        lines.order_type <> 'replacement'
        and lines.ordered_at <= {{ post_purchase_gate.as_of() }}
        and {{ post_purchase_gate.since_audit_from('lines.ordered_at') }}
),

anchored as (
    select
        anchors.order_line_id,
        actions.action,
        cast(actions.due_offset_days as integer) as due_offset_days,
        case actions.due_anchor
            when 'payment' then anchors.paid_at
            when 'shipping_news' then anchors.shipped_at
            when 'last_shipped' then anchors.shipped_at
            when 'delivered' then anchors.arrived_at
            when 'use_ready' then {{ post_purchase_gate.add_days('cast(anchors.use_lag_days as integer)', 'anchors.arrived_at') }}
            when 'repeat_use_ready' then {{ post_purchase_gate.add_days('cast(anchors.use_lag_days as integer)', 'anchors.arrived_at') }}
            when 'depletion' then {{ post_purchase_gate.add_time(
                'second', post_purchase_gate.seconds_of_use(post_purchase_gate.days_of_use('anchors.quantity', 'anchors.consumable_days')),
                'anchors.arrived_at') }}
        end as anchor_at
    from anchors
    cross join audited_actions
    inner join {{ ref('actions') }} as actions
        on audited_actions.action = actions.action
)

select
    order_line_id,
    action,
    {{ post_purchase_gate.add_days('due_offset_days', 'anchor_at') }} as due_at
from anchored
where anchor_at is not null
