-- How many orders of the same SKU the customer placed before this one, cancelled and test orders left out.
with

points as (
    select * from {{ ref('int_points') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
)

select
    points.point_id,
    count(distinct purchases.order_id) as earlier_purchases
from points
inner join purchases
    on
        points.customer_id = purchases.customer_id
        and points.sku = purchases.sku
        and purchases.ordered_at < points.ordered_at
where not coalesce(purchases.cancelled_at <= points.point_at, false)
group by points.point_id
