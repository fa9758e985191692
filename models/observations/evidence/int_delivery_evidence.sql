-- A line is delivered when every unit still owed has been shipped and every parcel that was not lost has arrived. A unit refunded
-- before it shipped is no longer owed. A not_received ticket withdraws scan and inference; once solved, the later of scan and solve holds.
with

points as (
    select
        points.*,
        refunds.units_owed,
        payments.first_captured_at as paid_at
    from {{ ref('int_instants') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
),

ranked_parcels as (
    select
        *,
        row_number() over (partition by point_id order by shipped_at desc, fulfillment_id desc) as recency
    from {{ ref('int_parcel_evidence') }}
),

parcels as (
    select
        point_id,
        sum(units) as units_shipped,
        sum(case when lost_at is null then units else 0 end) as units_under_way_or_here,
        min(shipped_at) as first_shipped_at,
        max(shipped_at) as last_shipped_at,
        max(case when recency = 1 then fulfillment_id end) as fulfillment_id,
        sum(case when lost_at is null and scanned_at is null then 1 else 0 end) as parcels_without_scan,
        sum(case when lost_at is null and scanned_at is null and inferred_at is null then 1 else 0 end) as parcels_not_arrived,
        max(case when lost_at is null then coalesce(scanned_at, inferred_at) end) as arrived_at,
        max(case when lost_at is null and scanned_at is null then expected_at end) as expected_at,
        max(expected_at) as last_expected_at,
        min(lost_at) as lost_at,
        min(case when lost_at is not null then lost_event_id end) as lost_event_id,
        min(case when lost_at is not null then lost_how end) as lost_how,
        min(case when lost_at is null then exception_since end) as exception_since,
        min(case when lost_at is null then exception_event_id end) as exception_event_id,
        min(case when lost_at is not null then exception_since end) as lost_exception_since,
        min(case when lost_at is not null then exception_event_id end) as lost_exception_event_id,
        max(last_exception_at) as last_exception_at
    from ranked_parcels
    group by point_id
),

tickets as (
    select
        point_id,
        min(case when topic = 'not_received' and is_open then opened_at end) as not_received_since,
        min(case when topic = 'not_received' and is_open then ticket_id end) as not_received_ticket_id,
        max(case when topic = 'not_received' and not is_open then solved_at end) as not_received_solved_at
    from {{ ref('int_point_tickets') }}
    group by point_id
),

-- whoever asks where one line is asks about the parcels of the order
orders_asked_about as (
    select
        points.root_order_id,
        points.point_at
    from {{ ref('int_point_tickets') }} as tickets
    inner join points
        on tickets.point_id = points.point_id
    where tickets.topic in ('not_received', 'shipping')
    group by points.root_order_id, points.point_at
),

joined as (
    select
        points.point_id,
        points.is_digital,
        points.units_owed,
        points.paid_at,
        coalesce(parcels.units_shipped, 0) as units_shipped,
        parcels.first_shipped_at,
        parcels.last_shipped_at,
        coalesce(parcels.expected_at, parcels.last_expected_at) as expected_at,
        case when coalesce(parcels.units_under_way_or_here, 0) < points.units_owed then parcels.lost_at end as lost_at,
        parcels.lost_event_id,
        parcels.lost_how,
        parcels.fulfillment_id,
        -- a lost parcel's exception is over once other parcels cover what is owed
        case
            when coalesce(parcels.units_under_way_or_here, 0) < points.units_owed
                then coalesce(parcels.exception_since, parcels.lost_exception_since)
            else parcels.exception_since
        end as exception_since,
        coalesce(parcels.exception_event_id, parcels.lost_exception_event_id) as exception_event_id,
        parcels.last_exception_at,
        tickets.not_received_since,
        tickets.not_received_ticket_id,
        tickets.not_received_solved_at,
        case
            when points.is_digital or tickets.not_received_since is not null then null
            when coalesce(parcels.units_under_way_or_here, 0) < points.units_owed then null
            when parcels.parcels_without_scan = 0 then 'scan'
            when parcels.parcels_not_arrived = 0 and orders_asked_about.root_order_id is null then 'inferred'
        end as arrival_grade,
        parcels.arrived_at
    from points
    left join parcels
        on points.point_id = parcels.point_id
    left join tickets
        on points.point_id = tickets.point_id
    left join orders_asked_about
        on points.root_order_id = orders_asked_about.root_order_id and points.point_at = orders_asked_about.point_at
)

select
    point_id,
    units_owed,
    units_shipped,
    first_shipped_at,
    last_shipped_at,
    expected_at,
    lost_at,
    lost_event_id,
    lost_how,
    fulfillment_id,
    exception_since,
    exception_event_id,
    last_exception_at,
    not_received_since,
    not_received_ticket_id,
    case when is_digital and paid_at is not null then 'digital' else arrival_grade end as delivery_grade,
    case
        when is_digital then paid_at
        when arrival_grade = 'scan' and not_received_solved_at > arrived_at then not_received_solved_at
        when arrival_grade is not null then arrived_at
    end as delivered_at
from joined
