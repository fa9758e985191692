-- The use window runs from delivery, by the SKU's own lag; how long the units kept last is learned elsewhere.
select
    points.point_id,
    delivery.delivered_at,
    {{ post_purchase_gate.add_days('cast(points.use_lag_days as integer)', 'delivery.delivered_at') }} as use_ready_at,
    {{ post_purchase_gate.add_days('cast(points.use_lag_days + points.use_days as integer)', 'delivery.delivered_at') }} as use_ends_at,
    depletion.depletion_at
from {{ ref('int_experience_points') }} as points
inner join {{ ref('int_delivery_evidence') }} as delivery
    on points.point_id = delivery.point_id
left join {{ ref('int_point_depletion') }} as depletion
    on points.point_id = depletion.point_id
