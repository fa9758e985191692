-- What was kept of a point's line at its instant (int_line_kept), what of it is still owed, and which refund requests were open then: the line's own,
-- and those without a line of any order of the same root. A request about shipping charges alone holds nothing.
with

points as (
    select * from {{ ref('int_instants') }}
),

matched as (
    select
        points.point_id,
        points.point_at,
        refunds.refund_move_id
    from points
    inner join {{ ref('int_refund_moves') }} as refunds
        on points.order_line_id = refunds.order_line_id
    union all
    select
        points.point_id,
        points.point_at,
        refunds.refund_move_id
    from points
    inner join {{ ref('int_refund_moves') }} as refunds
        on points.root_order_id = refunds.root_order_id and refunds.order_line_id is null
),

requests as (
    select
        matched.point_id,
        refunds.refund_id,
        refunds.requested_at,
        not refunds.is_shipping
        and not coalesce(refunds.refunded_at <= matched.point_at, false)
        and not coalesce(refunds.rejected_at <= matched.point_at, false) as is_open
    from matched
    inner join {{ ref('int_refund_moves') }} as refunds
        on matched.refund_move_id = refunds.refund_move_id
    where refunds.requested_at <= matched.point_at
),

summed as (
    select
        point_id,
        min(requested_at) as first_requested_at,
        min(case when is_open then requested_at end) as open_since,
        max(case when is_open then requested_at end) as open_pause_since,
        min(case when is_open then refund_id end) as open_refund_id
    from requests
    group by point_id
)

select
    points.point_id,
    cast(coalesce(kept.units_kept, points.quantity) as decimal(18, 4)) as units_kept,
    -- before it is asked whether the order was paid: what was given back or taken off is no longer owed, nor is anything of a cancelled order
    cast(case when points.cancelled_at is not null then 0 else coalesce(kept.units_kept, points.quantity) end as decimal(18, 4)) as units_owed,
    cast(coalesce(kept.units_back, 0) as decimal(18, 4)) as units_refunded,
    cast(coalesce(kept.own_amount_back, 0) as decimal(18, 4)) as line_amount_refunded,
    cast(coalesce(kept.shared_amount_back, 0) as decimal(18, 4)) as order_amount_refunded,
    kept.nothing_kept_because,
    kept.nothing_kept_since,
    kept.unknown_refund_id,
    kept.first_refunded_at,
    kept.last_refunded_at,
    kept.refund_id,
    kept.new_order_line_id,
    summed.first_requested_at,
    summed.open_since,
    summed.open_pause_since,
    summed.open_refund_id
from points
left join {{ ref('int_line_kept') }} as kept
    on
        points.order_line_id = kept.order_line_id
        and points.point_at >= kept.valid_from
        and points.point_at < kept.valid_to
left join summed
    on points.point_id = summed.point_id
