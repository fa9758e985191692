{%- set checks = post_purchase_gate.evidence_checks() -%}
-- Every check answers every point (a test on each says so), and int_findings holds every answer that is not ok: no finding means ok.
with

states as (
    select
        {%- for check in checks %}
        max(case when check_name = '{{ check }}' then state end) as {{ check }},
        {%- endfor %}
        point_id
    from {{ ref('int_findings') }}
    -- what one action is told apart is not what is true of the line
    where action is null and check_name in ('{{ checks | join("', '") }}')
    group by point_id
)

select
    points.order_line_id,
    points.order_id,
    points.customer_id,
    points.person_id,
    points.sku,
    points.point_at as as_of,
    cast(points.quantity as decimal(18, 4)) as quantity,
    {%- for check in checks %}
    cast(coalesce(states.{{ check }}, 'ok') as {{ dbt.type_string() }}) as {{ check }},
    {%- endfor %}
    payments.paid_at,
    delivery.last_shipped_at as shipped_at,
    delivery.expected_at as expected_delivery_at,
    delivery.delivered_at,
    nullif(
        {{ post_purchase_gate.least() }}(
            coalesce(delivery.changes_at, {{ post_purchase_gate.end_of_time() }}),
            coalesce(features.changes_at, {{ post_purchase_gate.end_of_time() }})
        ),
        {{ post_purchase_gate.end_of_time() }}
    ) as next_change_at,
    cast(delivery.delivery_grade as {{ dbt.type_string() }}) as delivery_grade,
    use_evidence.use_ready_at,
    use_evidence.use_ends_at,
    cast(refunds.units_kept as decimal(18, 4)) as units_kept,
    cast(scores.negative_review_risk_score as decimal(9, 6)) as negative_review_risk_score
from {{ ref('int_points') }} as points
inner join {{ ref('int_payment_evidence') }} as payments
    on points.point_id = payments.point_id
inner join {{ ref('int_delivery_evidence') }} as delivery
    on points.point_id = delivery.point_id
inner join {{ ref('int_use_evidence') }} as use_evidence
    on points.point_id = use_evidence.point_id
inner join {{ ref('int_refund_evidence') }} as refunds
    on points.point_id = refunds.point_id
left join {{ ref('int_risk_features') }} as features
    on points.point_id = features.point_id
left join {{ ref('int_risk_scores') }} as scores
    on points.point_id = scores.point_id
left join states
    on points.point_id = states.point_id
where points.is_live
