{{ config(materialized='view') }}
-- Points that ask how the order fares: what of it was shipped, by what is still owed, and whether its pages work.
select points.*  -- noqa: AM04
from {{ ref('int_points') }} as points
where {{ post_purchase_gate.asks_for('progress') }}
