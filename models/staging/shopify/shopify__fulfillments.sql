{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
select
    -- ids
    _store || '-' || fulfillment_id as fulfillment_id,
    _store || '-' || order_id as order_id,
    -- text
    carrier,
    tracking_number,
    -- booleans
    lines_known,
    -- timestamps
    shipped_at,
    expected_delivery_at,
    delivered_at,
    cancelled_at,
    _loaded_at
from {{ ref('shopify_parcels') }}
