{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- One row per survey and order: a survey may cover several orders, and a sample may leave its id blank. Then the order and the
-- survey's two times stand for the id.
{%- set text = dbt.type_string() %}
select
    coalesce(
        nullif(trim(surveys.review_id), ''),
        cast(surveys.review_creation_date as {{ text }}) || '/' || cast(surveys.review_answer_timestamp as {{ text }})
    ) || '-' || surveys.order_id as survey_id,
    surveys.order_id,
    facts.customer_id,
    surveys.review_score,
    surveys.review_creation_date as sent_at,
    surveys.review_answer_timestamp as answered_at
from {{ source('olist', 'order_reviews') }} as surveys
left join {{ ref('olist_order_facts') }} as facts
    on surveys.order_id = facts.order_id
