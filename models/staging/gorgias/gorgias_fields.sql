{{ config(enabled=post_purchase_gate.uses_connector('gorgias')) }}
select
    _store,
    id as ticket_id,
    order_value,
    topic_value
from {{ ref('src_gorgias__ticket') }}
