with

answers as (
    select
        points.point_id,
        case
            when points.is_digital then 'ok'
            when delivery.exception_since is not null then 'problem'
            when not points.knows_fulfillments then 'unknown'
            when not points.knows_fulfillment_events then 'unknown'
            when delivery.unmapped_exception_since is not null then 'unknown'
            else 'ok'
        end as state,
        case
            when delivery.exception_since is not null then 'carrier_exception'
            when not points.knows_fulfillments then coalesce(points.unread_fulfillments, 'feed_fulfillments')
            when not points.knows_fulfillment_events then coalesce(points.unread_fulfillment_events, 'feed_fulfillment_events')
            else 'unmapped_event'
        end as detail,
        case
            when delivery.exception_since is not null then delivery.exception_since
            when points.knows_fulfillments and points.knows_fulfillment_events then delivery.unmapped_exception_since
        end as since,
        delivery.exception_pause_since as pause_since,
        null as clears_at,
        'fulfillment_events' as evidence_table,
        case
            when delivery.exception_since is not null then delivery.exception_event_id
            when points.knows_fulfillments and points.knows_fulfillment_events then delivery.unmapped_event_id
        end as evidence_id
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
)

{{ post_purchase_gate.check_answers('shipping_exception', has_pause_since=true) }}
