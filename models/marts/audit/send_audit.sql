{{ config(enabled=post_purchase_gate.decides(['message'])) }}
{%- set horizons = post_purchase_gate.audit_horizons() -%}
{%- set outcomes = post_purchase_gate.audit_outcomes() %}
select
    -- ids
    message_id,
    customer_id,
    order_id,
    order_line_id,
    recommended_sku,
    incentive_id,
    -- text
    action,
    channel,
    flow,
    step,
    variant,
    verdict,
    not_judged_reason,
    primary_reason,
    reason_codes,
    problem,
    problems,
    delivery_at_send,
    punctuality,
    lateness_band,
    -- numbers
    lines,
    lines_to_send,
    lines_to_pause,
    lines_to_support,
    days_late,
    review_rating,
    -- booleans
    is_partly_held,
    {%- for problem in post_purchase_gate.audit_problems() %}
    has_{{ problem }},
    {%- endfor %}
    is_sent_before_delivery,
    {%- for days in horizons %}
    is_mature_{{ days }}_days,
    {%- endfor %}
    {%- for followed in outcomes %}
    {%- for days in horizons %}
    {{ followed.outcome }}_in_{{ days }}_days,
    {%- endfor %}
    {%- endfor %}
    -- timestamps
    {%- for followed in outcomes %}
    {{ followed.at }},
    {%- endfor %}
    order_promised_at,
    order_delivered_at,
    sent_at
from {{ ref('int_audited_sends') }}
