-- How many orders of the same SKU the person placed before this one and kept something of: no tests, no cancellations, no full returns, nothing
-- whose payment failed or was charged back, no exchanges, and not the order that an exchange answers.
with

earlier as (
    select
        points.point_id,
        points.point_at,
        purchases.order_id,
        purchases.root_order_id,
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
        and not purchases.is_exchanged_in
        and points.root_order_id <> purchases.root_order_id
        and not coalesce(purchases.cancelled_at <= points.point_at, false)
)

select
    earlier.point_id,
    count(distinct earlier.order_id) as earlier_purchases
from earlier
left join {{ ref('int_line_kept') }} as kept
    on
        earlier.order_line_id = kept.order_line_id
        and earlier.point_at >= kept.valid_from
        and earlier.point_at < kept.valid_to
left join {{ ref('int_payment_states') }} as payments
    on
        earlier.root_order_id = payments.paying_order_id
        and earlier.point_at >= payments.valid_from
        and earlier.point_at < payments.valid_to
where
    coalesce(kept.units_kept, earlier.quantity) > 0
    and not coalesce(payments.is_unpaid, false)
group by earlier.point_id
