with

answers as (
    select
        points.point_id,
        case
            when delivery.state = 'unknown' then 'unknown'
            when not points.is_digital and not points.knows_fulfillments then 'unknown'
            when use_evidence.use_ready_at <= points.point_at and delivery.state = 'ok' then 'ok'
            else 'waiting'
        end as state,
        case
            when delivery.state = 'unknown' then 'delivery_unknown'
            when not points.is_digital and not points.knows_fulfillments then coalesce(points.unread_fulfillments, 'feed_fulfillments')
            when use_evidence.use_ready_at is null or delivery.state <> 'ok' then 'not_delivered'
            else 'too_early'
        end as detail,
        use_evidence.delivered_at as since,
        case when delivery.state = 'ok' then use_evidence.use_ready_at end as clears_at,
        'order_lines' as evidence_table,
        points.order_line_id as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('check_delivery') }} as delivery
        on points.point_id = delivery.point_id
    inner join {{ ref('int_use_evidence') }} as use_evidence
        on points.point_id = use_evidence.point_id
)

{{ post_purchase_gate.check_answers('use_window') }}
