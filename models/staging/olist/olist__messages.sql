{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- The survey is the only message that Olist's tables show: it asks for a review.
{%- set null_text = post_purchase_gate.null_as(dbt.type_string()) %}
select
    -- ids
    survey_id as message_id,
    customer_id,
    order_id,
    {{ null_text }} as order_line_id,
    -- text
    'review_request' as action,
    'email' as channel,
    'olist_survey' as flow,
    {{ null_text }} as step,
    {{ null_text }} as variant,
    {{ null_text }} as recommended_sku,
    {{ null_text }} as incentive_id,
    -- timestamps
    sent_at
from {{ ref('olist_surveys') }}
