-- How many orders of the same SKU the customer placed before this one and kept: no tests, no cancellations, no full returns, and not
-- the order that an exchange answers.
with

earlier as (
    select
        points.point_id,
        points.point_at,
        purchases.order_id,
        purchases.order_line_id,
        purchases.quantity
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_purchases') }} as purchases
        on
            points.person_id = purchases.person_id
            and points.sku = purchases.sku
            and purchases.ordered_at < points.root_ordered_at
    where
        purchases.order_type in ('purchase', 'subscription_renewal')
        and points.root_order_id <> purchases.root_order_id
        and not coalesce(purchases.cancelled_at <= points.point_at, false)
),

returned as (
    select
        earlier.point_id,
        earlier.order_line_id,
        sum(refunds.quantity) as units_refunded
    from earlier
    inner join {{ ref('stg_refunds') }} as refunds
        on earlier.order_line_id = refunds.order_line_id and refunds.refunded_at <= earlier.point_at
    group by earlier.point_id, earlier.order_line_id
)

select
    earlier.point_id,
    count(distinct earlier.order_id) as earlier_purchases
from earlier
left join returned
    on earlier.point_id = returned.point_id and earlier.order_line_id = returned.order_line_id
where coalesce(returned.units_refunded, 0) < earlier.quantity
group by earlier.point_id
