{{ config(materialized='view') }}
-- Points that ask how the customer fares with the order: whether it came, what was kept and used, what went wrong.
select points.*  -- noqa: AM04
from {{ ref('int_points') }} as points
where {{ post_purchase_gate.asks_for('experience') }}
