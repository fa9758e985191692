{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
select
    -- ids
    survey_id as review_id,
    customer_id,
    order_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as sku,
    -- numbers
    review_score as rating,
    -- text
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as incentive_id,
    'own_site' as destination,
    -- timestamps
    answered_at as submitted_at
from {{ ref('olist_surveys') }}
