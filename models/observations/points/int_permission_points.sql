{{ config(materialized='view') }}
-- Points that ask whether the customer may be addressed now: his consent, and what else he was sent.
select points.*  -- noqa: AM04
from {{ ref('int_points') }} as points
where {{ post_purchase_gate.asks_for('permission') }}
