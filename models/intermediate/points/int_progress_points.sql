{{ config(materialized='view') }}
-- Points that ask how the order fares: its parcels, refunds, tickets and pages, and what was used when.
select points.*
from {{ ref('int_points') }} as points
where {{ post_purchase_gate.asks_for('progress') }}
