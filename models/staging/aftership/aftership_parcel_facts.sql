{{ config(enabled=post_purchase_gate.uses_connector('aftership')) }}
-- What AfterShip knows of a parcel beside its events: when it is expected, and whether the carrier ever moved it. An expected day is that whole day,
-- wherever it is. Of several trackings the latest day counts.
{%- set time = post_purchase_gate.parse_utc %}
with

expectations as (
    select
        links.fulfillment_id,
        max(case
            when {{ post_purchase_gate.matches('trackings.expected_delivery_at', '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }}
                then {{ post_purchase_gate.add_time('hour', 36, time('trackings.expected_delivery_at')) }}
            else {{ time('trackings.expected_delivery_at') }}
        end) as expected_delivery_at
    from {{ ref('aftership_parcel_links') }} as links
    inner join {{ ref('src_aftership__tracking') }} as trackings
        on links._store = trackings._store and links.tracking_id = trackings.id
    -- what is expected of the number's earlier or later shipment is not of this one
    where
        links.linked_by <> 'unclear'
        and (
            links.from_at is null or {{ time('trackings.expected_delivery_at') }} is null
            or ({{ time('trackings.expected_delivery_at') }} >= links.from_at and {{ time('trackings.expected_delivery_at') }} < links.until_at)
        )
    group by links.fulfillment_id
),

movements as (
    select
        events.fulfillment_id,
        max(case when events.event_type in ('pending', 'inforeceived', 'expired') then 0 else 1 end) = 1 as has_moved
    from {{ ref('aftership__fulfillment_events') }} as events
    group by events.fulfillment_id
)

select
    coalesce(expectations.fulfillment_id, movements.fulfillment_id) as fulfillment_id,
    expectations.expected_delivery_at,
    movements.has_moved
from expectations
full outer join movements
    on expectations.fulfillment_id = movements.fulfillment_id
