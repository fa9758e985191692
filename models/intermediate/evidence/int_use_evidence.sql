-- The use window runs from delivery, by the SKU's own lag; units kept last consumable_days each.
select
    points.point_id,
    delivery.delivered_at,
    {{ post_purchase_gate.add_days('cast(points.use_lag_days as integer)', 'delivery.delivered_at') }} as use_ready_at,
    {{ post_purchase_gate.add_days('cast(points.use_lag_days + points.use_days as integer)', 'delivery.delivered_at') }} as use_ends_at,
    {{ post_purchase_gate.add_time('second',
        'cast(round((points.quantity - refunds.units_refunded) * points.consumable_days * 86400, 0) as bigint)',
        'delivery.delivered_at') }} as depletion_at
from {{ ref('int_points') }} as points
inner join {{ ref('int_delivery_evidence') }} as delivery
    on points.point_id = delivery.point_id
inner join {{ ref('int_refund_evidence') }} as refunds
    on points.point_id = refunds.point_id
