{{ config(materialized='view') }}
-- Points that ask for the risk of a bad review.
select points.*  -- noqa: AM04
from {{ ref('int_points') }} as points
where {{ post_purchase_gate.asks_for('risk') }}
