with

answers as (
    select
        points.point_id,
        case
            when points.is_digital then 'ok'
            when not points.knows_fulfillments then 'unknown'
            when delivery.delivery_grade = 'inferred' then 'unknown'
            -- not delivered yet is the delivery check's answer
            else 'ok'
        end as state,
        case when points.knows_fulfillments then 'inferred' else coalesce(points.unread_fulfillments, 'feed_fulfillments') end as detail,
        delivery.delivered_at as since,
        null as clears_at,
        'fulfillments' as evidence_table,
        case when points.knows_fulfillments then delivery.arrived_fulfillment_id end as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
)

{{ post_purchase_gate.check_answers('delivery_scan') }}
