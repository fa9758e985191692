{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- A shipment with what its events say. A label is no hand-over: a shipment of which nothing but labels is known was not shipped.
{%- set time = post_purchase_gate.parse_utc %}
with

shipments as (
    select
        *,
        lower(status) as status_folded,
        lower(shipment_status) as carrier_status
    from {{ ref('src_shopify__fulfillment') }}
),

events as (
    select
        _store,
        fulfillment_id,
        id,
        lower(status) as status,
        estimated_delivery_at,
        created_at,
        {{ time('happened_at') }} as happened_at
    from {{ ref('src_shopify__fulfillment_event') }}
),

told as (
    select
        _store,
        fulfillment_id,
        count(*) as events,
        max(case when status in ({{ post_purchase_gate.label_words() }}) then 1 else 0 end) as labels,
        min(case when status not in ({{ post_purchase_gate.label_words() }}, 'failure') then happened_at end) as first_moved_at
    from events
    group by _store, fulfillment_id
),

expectations as (
    select
        _store,
        fulfillment_id,
        estimated_delivery_at,
        row_number() over (partition by _store, fulfillment_id order by created_at desc, id desc) as recency
    from events
    where estimated_delivery_at is not null
),

numbers as (
    select
        _store,
        fulfillment_id,
        carrier,
        tracking_number,
        tracking_url,
        row_number() over (partition by _store, fulfillment_id order by position asc, tracking_number asc) as place
    from {{ ref('src_shopify__tracking_info') }}
),

contents as (
    select distinct
        _store,
        fulfillment_id
    from {{ ref('src_shopify__fulfillment_line') }}
)

select
    shipments._store,
    shipments.id as fulfillment_id,
    shipments.order_id,
    coalesce(shipments.carrier, numbers.carrier) as carrier,
    coalesce(shipments.tracking_number, numbers.tracking_number) as tracking_number,
    -- REST keeps a list of links, quoted; what is no link leads nowhere
    nullif({{ post_purchase_gate.matched_group('coalesce(shipments.tracking_url, numbers.tracking_url)', '(https?://[^"]+)', 1) }}, '') as tracking_url,
    shipments.carrier_status,
    coalesce(told.events, 0) > 0 as has_events,
    contents.fulfillment_id is not null as lines_known,
    expectations.estimated_delivery_at as expected_delivery_at,
    case
        when shipments.status_folded in ('pending', 'open') then null
        when told.events > 0 and told.first_moved_at is null then null
        when told.labels = 1 then cast(told.first_moved_at as {{ dbt.type_string() }})
        when told.events > 0 and told.first_moved_at < {{ time('shipments.created_at') }} then cast(told.first_moved_at as {{ dbt.type_string() }})
        when told.events is null and shipments.carrier_status in ({{ post_purchase_gate.label_words() }}) then null
        else shipments.created_at
    end as shipped_at,
    case when told.events is null and shipments.carrier_status = 'delivered' then shipments.updated_at end as delivered_at,
    case
        when shipments.status_folded in ('cancelled', 'canceled', 'error', 'failure') then coalesce(shipments.updated_at, shipments.created_at)
    end as cancelled_at,
    shipments.updated_at,
    shipments._loaded_at
from shipments
left join told
    on shipments._store = told._store and shipments.id = told.fulfillment_id
left join expectations
    on shipments._store = expectations._store and shipments.id = expectations.fulfillment_id and expectations.recency = 1
left join numbers
    on shipments._store = numbers._store and shipments.id = numbers.fulfillment_id and numbers.place = 1
left join contents
    on shipments._store = contents._store and shipments.id = contents.fulfillment_id
