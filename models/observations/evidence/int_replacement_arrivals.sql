-- Replacements and exchanges of a point's order that have arrived by the instant, and whether they are about the point's own line. One without a scan is
-- presumed to have come in its time, unless something bars it or somebody asks where the order's goods are. Which parcel brought which line is told,
-- since nothing that arrives broken mends itself.
with

points as (
    select
        instants.*,
        asked.asked_since is null and instants.knows_tickets and instants.knows_ticket_events as may_presume
    from {{ ref('int_instants') }} as instants
    left join {{ ref('int_whereabouts_tickets') }} as asked
        on instants.point_id = asked.point_id
),

arrivals as (
    select
        points.point_id,
        successors.new_order_line_id,
        parcels.fulfillment_id,
        points.order_line_id in (successors.old_order_line_id, successors.new_order_line_id) as is_same_line,
        coalesce(
            states.delivered_at,
            case
                when points.may_presume and states.parcel_state = 'under_way' and not states.bars_inference
                    then {{ post_purchase_gate.presumed_arrival('parcels.expected_delivery_at', 'parcels.shipped_at') }}
            end
        ) as arrived_at,
        points.point_at
    from points
    inner join {{ ref('int_order_lines') }} as old_line
        on points.root_order_id = old_line.root_order_id
    inner join {{ ref('int_line_successors') }} as successors
        on old_line.order_line_id = successors.old_order_line_id
    inner join {{ ref('int_line_parcels') }} as parcels
        on successors.new_order_line_id = parcels.order_line_id and not parcels.is_replacement
    inner join {{ ref('int_parcel_states') }} as states
        on
            parcels.fulfillment_id = states.fulfillment_id
            and states.from_at <= points.point_at
            and states.until_at > points.point_at
    where
        parcels.shipped_at <= points.point_at
        and parcels.until_at > points.point_at
)

select
    point_id,
    new_order_line_id,
    fulfillment_id,
    is_same_line,
    arrived_at
from arrivals
where arrived_at <= point_at
