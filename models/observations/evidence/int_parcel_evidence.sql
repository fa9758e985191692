-- A cancelled parcel never counts. An exception is open until the parcel moves, is out for delivery or is delivered later.
with

parcels as (
    select
        points.point_id,
        points.point_at,
        parcels.fulfillment_id,
        parcels.carrier,
        parcels.country,
        parcels.units,
        parcels.is_replacement,
        parcels.shipped_at,
        parcels.expected_delivery_at,
        case when parcels.scanned_at <= points.point_at then parcels.scanned_at end as scanned_at
    from {{ ref('int_instants') }} as points
    inner join {{ ref('int_line_parcels') }} as parcels
        on points.order_line_id = parcels.order_line_id
    where
        parcels.shipped_at <= points.point_at
        and not coalesce(parcels.cancelled_at <= points.point_at, false)
        and not points.is_digital
),

events as (
    select
        parcels.point_id,
        parcels.fulfillment_id,
        events.event_id,
        events.event_type,
        events.occurred_at,
        max(case when events.event_type in ('in_transit', 'out_for_delivery', 'delivered') then events.occurred_at end)
            over (partition by parcels.point_id, parcels.fulfillment_id) as last_moved_at
    from parcels
    inner join {{ ref('stg_fulfillment_events') }} as events
        on parcels.fulfillment_id = events.fulfillment_id and events.occurred_at <= parcels.point_at
),

judged_events as (
    select
        events.*,
        events.event_type like 'exception_%'
        and (events.last_moved_at is null or events.occurred_at >= events.last_moved_at)
        and (parcels.scanned_at is null or events.occurred_at >= parcels.scanned_at) as is_open_exception,
        events.event_type in ('lost', 'returned_to_sender')
        and (parcels.scanned_at is null or events.occurred_at >= parcels.scanned_at) as is_loss
    from events
    inner join parcels
        on events.point_id = parcels.point_id and events.fulfillment_id = parcels.fulfillment_id
),

event_facts as (
    select
        point_id,
        fulfillment_id,
        min(case when is_open_exception then occurred_at end) as exception_since,
        min(case when is_open_exception then event_id end) as exception_event_id,
        max(case when event_type like 'exception_%' then occurred_at end) as last_exception_at,
        min(case when is_loss then occurred_at end) as lost_at,
        min(case when is_loss then event_id end) as lost_event_id,
        min(case when is_loss then event_type end) as lost_how,
        min(case when event_type = 'damaged' then occurred_at end) as damaged_at,
        min(case when event_type = 'damaged' then event_id end) as damaged_event_id,
        max(case
            when event_type in ('damaged', 'lost', 'returned_to_sender') or event_type like 'exception_%' then 1
            else 0
        end) as bars_inference
    from judged_events
    group by point_id, fulfillment_id
),

expected as (
    select
        parcels.*,
        coalesce(
            parcels.expected_delivery_at,
            {{ post_purchase_gate.add_days(
                'coalesce(lane.transit_days, country_lane.transit_days, shop.transit_days, ' ~ var('transit_default_days') ~ ')',
                'parcels.shipped_at') }}
        ) as expected_at,
        case
            when parcels.expected_delivery_at is not null then 'promised'
            when lane.transit_days is not null then 'lane'
            when country_lane.transit_days is not null then 'country'
            when shop.transit_days is not null then 'shop'
            else 'default'
        end as expected_basis
    from parcels
    left join {{ ref('int_transit_limits') }} as lane
        on
            lane.basis = 'lane' and cast(parcels.point_at as date) = lane.decision_date
            and parcels.carrier = lane.carrier and parcels.country = lane.country
    left join {{ ref('int_transit_limits') }} as country_lane
        on
            country_lane.basis = 'country' and cast(parcels.point_at as date) = country_lane.decision_date
            and parcels.country = country_lane.country
    left join {{ ref('int_transit_limits') }} as shop
        on shop.basis = 'shop' and cast(parcels.point_at as date) = shop.decision_date
)

select
    expected.point_id,
    expected.fulfillment_id,
    expected.units,
    expected.is_replacement,
    expected.shipped_at,
    expected.scanned_at,
    expected.expected_at,
    expected.expected_basis,
    event_facts.exception_since,
    event_facts.exception_event_id,
    event_facts.last_exception_at,
    event_facts.lost_at,
    event_facts.lost_event_id,
    event_facts.lost_how,
    event_facts.damaged_at,
    event_facts.damaged_event_id,
    case
        when
            expected.scanned_at is null and coalesce(event_facts.bars_inference, 0) = 0
            and expected.point_at >= {{ post_purchase_gate.add_days(var('delivery_grace_days'), 'expected.expected_at') }}
            then {{ post_purchase_gate.add_days(var('delivery_grace_days'), 'expected.expected_at') }}
    end as inferred_at
from expected
left join event_facts
    on expected.point_id = event_facts.point_id and expected.fulfillment_id = event_facts.fulfillment_id
