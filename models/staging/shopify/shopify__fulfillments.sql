{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
{#- Where AfterShip follows the shop's parcels, the later of two expectations holds, and a parcel of which neither knows more than a label was not handed over. -#}
{%- set is_followed = post_purchase_gate.uses_connector('aftership') %}
select
    -- ids
    parcels._store || '-' || parcels.fulfillment_id as fulfillment_id,
    parcels._store || '-' || parcels.order_id as order_id,
    -- text
    parcels.carrier,
    parcels.tracking_number,
    -- booleans
    parcels.lines_known,
    -- timestamps
    {%- if is_followed %}
    case when followed.has_moved or parcels.has_events or parcels.delivered_at is not null or followed.has_moved is null then parcels.shipped_at end as shipped_at,
    case
        when followed.expected_delivery_at is null or {{ post_purchase_gate.parse_utc('parcels.expected_delivery_at') }} >= followed.expected_delivery_at
            then parcels.expected_delivery_at
        else cast(followed.expected_delivery_at as {{ dbt.type_string() }})
    end as expected_delivery_at,
    {%- else %}
    parcels.shipped_at,
    parcels.expected_delivery_at,
    {%- endif %}
    parcels.delivered_at,
    parcels.cancelled_at,
    parcels._loaded_at
from {{ ref('shopify_parcels') }} as parcels
{%- if is_followed %}
left join {{ ref('aftership_parcel_facts') }} as followed
    on parcels._store || '-' || parcels.fulfillment_id = followed.fulfillment_id
{%- endif %}
