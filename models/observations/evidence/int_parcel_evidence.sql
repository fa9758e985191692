-- A parcel counts from its hand-over until it is cancelled, and is what was last said of it (int_parcel_states). A silence is one of the carrier's only
-- where the feed would have told.
{%- set grace_days = var('delivery_grace_days') %}
with

parcels as (
    select
        points.point_id,
        points.point_at,
        points.knows_fulfillments and points.knows_fulfillment_events as knows_silence,
        parcels.fulfillment_id,
        parcels.carried_order_line_id,
        parcels.carrier,
        parcels.country,
        parcels.units,
        parcels.is_replacement,
        parcels.is_listed,
        parcels.known_from <= points.point_at as is_content_known,
        parcels.shipped_at,
        parcels.expected_delivery_at
    from {{ ref('int_instants') }} as points
    inner join {{ ref('int_line_parcels') }} as parcels
        on points.order_line_id = parcels.order_line_id
    where
        parcels.shipped_at <= points.point_at
        and parcels.until_at > points.point_at
        and not points.is_digital
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
),

known as (
    select
        expected.*,
        states.parcel_state,
        states.failed_since,
        states.failed_event_id,
        states.delivered_at as scanned_at,
        states.delivered_by,
        states.exception_since,
        states.exception_event_id,
        states.last_exception_at,
        states.last_broken_stall_at,
        states.damaged_at,
        states.damaged_event_id,
        states.last_unmapped_at,
        states.unmapped_event_id,
        states.until_at as state_until_at,
        case when states.has_unmapped_exception then states.last_unmapped_at end as unmapped_exception_since,
        -- from here on it may be presumed to have come; a parcel seen on its way after that had not
        case
            when states.parcel_state = 'under_way' and not states.bars_inference
                then {{ post_purchase_gate.add_days(
                    grace_days,
                    'case when states.last_moved_at > ' ~ post_purchase_gate.add_days(grace_days, 'expected.expected_at')
                    ~ ' then states.last_moved_at else expected.expected_at end') }}
        end as inferable_at,
        case
            when states.parcel_state = 'under_way' and expected.knows_silence
                then {{ post_purchase_gate.add_days(var('stall_days'), 'states.last_carrier_at') }}
        end as silent_from
    from expected
    inner join {{ ref('int_parcel_states') }} as states
        on
            expected.fulfillment_id = states.fulfillment_id
            and states.from_at <= expected.point_at
            and states.until_at > expected.point_at
),

judged as (
    select
        *,
        case
            when silent_from <= point_at and (inferable_at is null or inferable_at > silent_from) then silent_from
        end as stall_opened_at
    from known
)

select
    point_id,
    point_at,
    fulfillment_id,
    carried_order_line_id,
    units,
    is_replacement,
    is_listed,
    is_content_known,
    shipped_at,
    parcel_state,
    scanned_at,
    delivered_by,
    expected_at,
    expected_basis,
    inferable_at,
    silent_from,
    state_until_at,
    stall_opened_at,
    failed_since,
    failed_event_id,
    exception_since,
    exception_event_id,
    last_exception_at,
    damaged_at,
    damaged_event_id,
    last_unmapped_at,
    unmapped_event_id,
    unmapped_exception_since,
    {{ post_purchase_gate.greatest(3) }}(
        shipped_at,
        coalesce(last_exception_at, shipped_at),
        coalesce(stall_opened_at, last_broken_stall_at, shipped_at)
    ) as news_at
from judged
