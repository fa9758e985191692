with

answers as (
    select
        points.point_id,
        case
            when points.is_digital then 'ok'
            when not points.knows_fulfillments then 'unknown'
            when delivery.exception_since is not null then 'problem'
            else 'ok'
        end as state,
        case when points.knows_fulfillments then 'carrier_exception' else 'feed_fulfillments' end as detail,
        case when points.knows_fulfillments then delivery.exception_since end as since,
        null as clears_at,
        'fulfillment_events' as evidence_table,
        case when points.knows_fulfillments then delivery.exception_event_id end as evidence_id
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
)

{{ post_purchase_gate.check_answers('shipping_exception') }}
