{%- set checks = post_purchase_gate.evidence_checks() -%}
select
    points.order_line_id,
    points.order_id,
    points.customer_id,
    points.sku,
    cast(points.point_at as {{ dbt.type_timestamp() }}) as as_of,
    cast(points.quantity as integer) as quantity,
    {%- for check in checks %}
    cast({{ check }}.state as {{ dbt.type_string() }}) as {{ check }},
    {%- endfor %}
    payments_seen.paid_at,
    delivery_seen.last_shipped_at as shipped_at,
    delivery_seen.expected_at as expected_delivery_at,
    delivery_seen.delivered_at,
    cast(delivery_seen.delivery_grade as {{ dbt.type_string() }}) as delivery_grade,
    use_seen.use_ready_at,
    use_seen.use_ends_at,
    cast(case when points.quantity > refunds_seen.units_refunded then points.quantity - refunds_seen.units_refunded else 0 end as integer) as units_kept,
    cast(scores.negative_review_risk_score as decimal(9, 6)) as negative_review_risk_score
from {{ ref('int_points') }} as points
{%- for check in checks %}
inner join {{ ref('check_' ~ check) }} as {{ check }}
    on points.point_id = {{ check }}.point_id
{%- endfor %}
inner join {{ ref('int_payment_evidence') }} as payments_seen
    on points.point_id = payments_seen.point_id
inner join {{ ref('int_delivery_evidence') }} as delivery_seen
    on points.point_id = delivery_seen.point_id
inner join {{ ref('int_use_evidence') }} as use_seen
    on points.point_id = use_seen.point_id
inner join {{ ref('int_refund_evidence') }} as refunds_seen
    on points.point_id = refunds_seen.point_id
left join {{ ref('int_risk_scores') }} as scores
    on points.point_id = scores.point_id
where points.is_live
