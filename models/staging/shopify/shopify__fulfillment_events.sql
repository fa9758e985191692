{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- The carrier's events; of a shipment that has none, what the store last said of it. That it was delivered stands with the shipment itself.
select
    _store || '-' || id as event_id,
    _store || '-' || fulfillment_id as fulfillment_id,
    lower(status) as event_type,
    happened_at as occurred_at,
    _loaded_at
from {{ ref('src_shopify__fulfillment_event') }}
union all
select
    _store || '-' || fulfillment_id || '-' || carrier_status as event_id,
    _store || '-' || fulfillment_id as fulfillment_id,
    carrier_status as event_type,
    updated_at as occurred_at,
    _loaded_at
from {{ ref('shopify_parcels') }}
where
    not has_events
    and carrier_status is not null
    and carrier_status not in ('delivered', 'success', 'canceled', 'cancelled', 'fulfilled', 'marked_as_fulfilled')
