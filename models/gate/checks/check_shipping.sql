with

answers as (
    select
        points.point_id,
        case
            when points.is_digital then 'ok'
            when not points.knows_fulfillments then 'unknown'
            when delivery.units_shipped >= delivery.units_owed then 'ok'
            else 'waiting'
        end as state,
        case
            when not points.knows_fulfillments then 'feed_fulfillments'
            when delivery.units_shipped > 0 then 'partly_shipped'
            else 'not_shipped'
        end as detail,
        case when points.knows_fulfillments then points.ordered_at end as since,
        null as clears_at,
        'fulfillments' as evidence_table,
        case when points.knows_fulfillments then delivery.fulfillment_id end as evidence_id
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
)

{{ post_purchase_gate.check_answers('shipping') }}
