-- Replacements and exchanges of a point's order that have arrived by the instant, and whether they are about the point's own line.
with

points as (
    select * from {{ ref('int_instants') }}
)

select
    points.point_id,
    points.order_line_id in (successors.old_order_line_id, successors.new_order_line_id) as is_same_line,
    states.delivered_at as arrived_at
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
    states.delivered_at is not null
    and parcels.shipped_at <= points.point_at
    and parcels.until_at > points.point_at
