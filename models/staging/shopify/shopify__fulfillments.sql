{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Where another tool follows the parcel, the later of two expectations holds, and a parcel of which neither knows more than a label was not handed over.
select
    -- ids
    parcels._store || '-' || parcels.fulfillment_id as fulfillment_id,
    parcels._store || '-' || parcels.order_id as order_id,
    -- text
    parcels.carrier,
    parcels.tracking_number,
    parcels.tracking_url,
    -- booleans
    parcels.lines_known,
    -- timestamps
    case when coalesce(followed.has_moved, true) or parcels.has_events or parcels.delivered_at is not null then parcels.shipped_at end as shipped_at,
    case
        when followed.expected_delivery_at is null or {{ post_purchase_gate.parse_utc('parcels.expected_delivery_at') }} >= followed.expected_delivery_at
            then parcels.expected_delivery_at
        else cast(followed.expected_delivery_at as {{ dbt.type_string() }})
    end as expected_delivery_at,
    parcels.delivered_at,
    parcels.cancelled_at,
    parcels._loaded_at
from {{ ref('shopify_parcels') }} as parcels
left join {{ ref('connected_followed_parcels') }} as followed
    on parcels._store || '-' || parcels.fulfillment_id = followed.fulfillment_id
