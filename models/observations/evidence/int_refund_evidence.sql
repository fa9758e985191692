-- Line refunds of the line, and refunds without a line of any order of the same root.
with

points as (
    select * from {{ ref('int_instants') }}
),

refunds as (
    select
        refunds.*,
        orders.root_order_id
    from {{ ref('stg_refunds') }} as refunds
    inner join {{ ref('int_orders') }} as orders
        on refunds.order_id = orders.order_id
),

matched as (
    select
        points.point_id,
        points.point_at,
        true as is_line_refund,
        refunds.refund_id,
        refunds.quantity,
        refunds.amount,
        refunds.requested_at,
        refunds.refunded_at,
        refunds.rejected_at
    from points
    inner join refunds
        on points.order_line_id = refunds.order_line_id
    where coalesce(refunds.requested_at, refunds.refunded_at) <= points.point_at
    union all
    select
        points.point_id,
        points.point_at,
        false as is_line_refund,
        refunds.refund_id,
        0 as quantity,
        refunds.amount,
        refunds.requested_at,
        refunds.refunded_at,
        refunds.rejected_at
    from points
    inner join refunds
        on points.root_order_id = refunds.root_order_id and refunds.order_line_id is null
    where coalesce(refunds.requested_at, refunds.refunded_at) <= points.point_at
),

as_seen as (
    select
        *,
        coalesce(refunded_at <= point_at, false) as is_refunded,
        requested_at <= point_at and not coalesce(refunded_at <= point_at, false) and not coalesce(rejected_at <= point_at, false) as is_open
    from matched
),

totals as (
    select
        point_id,
        sum(case when is_refunded then quantity else 0 end) as units_refunded,
        sum(case when is_refunded and is_line_refund then coalesce(amount, 0) else 0 end) as line_amount_refunded,
        sum(case when is_refunded and not is_line_refund then coalesce(amount, 0) else 0 end) as order_amount_refunded,
        min(case when is_refunded then refunded_at end) as first_refunded_at,
        max(case when is_refunded then refund_id end) as refund_id,
        min(case when is_open then requested_at end) as open_since,
        min(case when is_open then refund_id end) as open_refund_id,
        min(requested_at) as first_requested_at
    from as_seen
    group by point_id
),

-- what order-level refunds are held against: all that was owed on the order and its exchanges by then
family_totals as (
    select
        points.point_id,
        sum(orders.order_total) as family_total
    from points
    inner join totals
        on points.point_id = totals.point_id
    inner join {{ ref('int_orders') }} as orders
        on points.root_order_id = orders.root_order_id and orders.ordered_at <= points.point_at
    where totals.order_amount_refunded > 0 and orders.order_type <> 'replacement'
    group by points.point_id
)

select
    points.point_id,
    cast(coalesce(totals.units_refunded, 0) as integer) as units_refunded,
    cast(coalesce(totals.line_amount_refunded, 0) as decimal(18, 4)) as line_amount_refunded,
    cast(coalesce(totals.order_amount_refunded, 0) as decimal(18, 4)) as order_amount_refunded,
    cast(family_totals.family_total as decimal(18, 4)) as family_total,
    totals.first_refunded_at,
    totals.refund_id,
    totals.open_since,
    totals.open_refund_id,
    totals.first_requested_at
from points
left join totals
    on points.point_id = totals.point_id
left join family_totals
    on points.point_id = family_totals.point_id
