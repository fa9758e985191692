select
    order_line_id,
    order_id,
    customer_id,
    person_id,
    sku,
    cast(as_of as {{ dbt.type_timestamp() }}) as as_of,
    quantity,
    {%- for check in post_purchase_gate.evidence_checks() %}
    {{ check }},
    {%- endfor %}
    paid_at,
    shipped_at,
    expected_delivery_at,
    delivered_at,
    next_change_at,
    delivery_grade,
    use_ready_at,
    use_ends_at,
    units_kept,
    negative_review_risk_score
from {{ ref('int_line_evidence') }}
