-- Since when an exchange has taken a line's place: an exchange order from its own date, a native exchange line from its first parcel.
with

points as (
    select * from {{ ref('int_experience_points') }}
),

new_lines as (
    select
        successors.old_order_line_id,
        successors.new_order_line_id,
        successors.successor_kind,
        lines.quantity,
        lines.ordered_at,
        lines.cancelled_at
    from {{ ref('int_line_successors') }} as successors
    inner join {{ ref('int_order_lines') }} as lines
        on successors.new_order_line_id = lines.order_line_id
    where successors.successor_kind in ('exchange', 'native_exchange')
),

first_parcels as (
    select
        order_line_id,
        min(shipped_at) as shipped_at
    from {{ ref('int_line_parcels') }}
    where not is_replacement
    group by order_line_id
)

select
    points.point_id,
    min(case when new_lines.successor_kind = 'exchange' then new_lines.ordered_at else first_parcels.shipped_at end) as exchanged_at,
    cast(sum(new_lines.quantity) as integer) as units_exchanged,
    min(new_lines.new_order_line_id) as new_order_line_id
from points
inner join new_lines
    on points.order_line_id = new_lines.old_order_line_id
left join first_parcels
    on new_lines.new_order_line_id = first_parcels.order_line_id
where
    case when new_lines.successor_kind = 'exchange' then new_lines.ordered_at else first_parcels.shipped_at end <= points.point_at
    and not coalesce(new_lines.cancelled_at <= points.point_at, false)
group by points.point_id
