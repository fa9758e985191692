{{ config(materialized='view') }}
-- The incentives that the owner has written; the demo shop's owner has written one.
select
    incentive_id,
    destination,
    description,
    depends_on_sentiment,
    is_disclosed,
    valid_from,
    valid_to
from {{ ref('review_incentives') }}
{%- if post_purchase_gate.uses_demo_shop() %}
union all
select
    incentive_id,
    destination,
    description,
    depends_on_sentiment,
    is_disclosed,
    valid_from,
    valid_to
from {{ ref('demo_review_incentives') }}
{%- endif %}
