{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
select
    _store || '-' || fulfillment_id as fulfillment_id,
    _store || '-' || order_line_id as order_line_id,
    quantity,
    _loaded_at
from {{ ref('src_shopify__fulfillment_line') }}
