-- Whether the customer has a candidate SKU already: bought and kept (no consumable), in an order under way, or refunded in the last year.
with

candidates as (
    select
        candidates.point_id,
        candidates.candidate_sku,
        points.point_at,
        points.snapshot_at,
        points.customer_id
    from {{ ref('int_target_candidates') }} as candidates
    inner join {{ ref('int_points') }} as points
        on candidates.point_id = points.point_id
    group by candidates.point_id, candidates.candidate_sku, points.point_at, points.snapshot_at, points.customer_id
),

bought as (
    select
        candidates.point_id,
        candidates.candidate_sku,
        candidates.point_at,
        purchases.order_line_id,
        purchases.order_id,
        purchases.order_total,
        purchases.quantity,
        coalesce(sku_days.basis <> 'none', false) as is_consumable,
        purchases.is_digital
    from candidates
    inner join {{ ref('int_purchases') }} as purchases
        on
            candidates.customer_id = purchases.customer_id
            and candidates.candidate_sku = purchases.sku
            and purchases.ordered_at <= candidates.point_at
    left join {{ ref('int_rebuy_sku_days') }} as sku_days
        on candidates.snapshot_at = sku_days.snapshot_at and candidates.candidate_sku = sku_days.sku
    where not coalesce(purchases.cancelled_at <= candidates.point_at, false)
),

refunded as (
    select
        bought.point_id,
        bought.order_line_id,
        sum(refunds.quantity) as units_refunded,
        max(refunds.refunded_at) as last_refunded_at
    from bought
    inner join {{ ref('stg_refunds') }} as refunds
        on bought.order_line_id = refunds.order_line_id and refunds.refunded_at <= bought.point_at
    group by bought.point_id, bought.order_line_id
),

-- a refund without a line gives back every line once it covers the order's total
orders_refunded as (
    select
        bought.point_id,
        bought.order_line_id,
        max(refunds.refunded_at) as last_refunded_at
    from bought
    inner join {{ ref('stg_refunds') }} as refunds
        on bought.order_id = refunds.order_id and refunds.refunded_at <= bought.point_at
    where refunds.order_line_id is null
    group by bought.point_id, bought.order_line_id, bought.candidate_sku, bought.order_total
    having sum(refunds.amount) >= bought.order_total and bought.order_total > 0
),

-- a parcel without a scan counts as arrived once its expected time and the grace have passed
arrived as (
    select
        bought.point_id,
        bought.order_line_id,
        min(case
            when parcels.scanned_at <= bought.point_at then 1
            when {{ post_purchase_gate.presumed_arrival('parcels.expected_delivery_at', 'parcels.shipped_at') }} <= bought.point_at then 1
            else 0
        end) as has_arrived
    from bought
    inner join {{ ref('int_line_parcels') }} as parcels
        on bought.order_line_id = parcels.order_line_id and parcels.shipped_at <= bought.point_at
    where not coalesce(parcels.cancelled_at <= bought.point_at, false)
    group by bought.point_id, bought.order_line_id
),

states as (
    select
        bought.point_id,
        bought.candidate_sku,
        bought.order_line_id,
        case
            when
                refunded.last_refunded_at > {{ post_purchase_gate.add_days(-365, 'bought.point_at') }}
                and refunded.units_refunded > 0
                then 'refunded_in_the_last_year'
            when orders_refunded.last_refunded_at > {{ post_purchase_gate.add_days(-365, 'bought.point_at') }} then 'refunded_in_the_last_year'
            when refunded.units_refunded >= bought.quantity or orders_refunded.order_line_id is not null then null
            when not bought.is_digital and coalesce(arrived.has_arrived, 0) = 0 then 'in_an_order_under_way'
            when not bought.is_consumable then 'bought_before'
        end as owned_detail
    from bought
    left join refunded
        on bought.point_id = refunded.point_id and bought.order_line_id = refunded.order_line_id
    left join orders_refunded
        on bought.point_id = orders_refunded.point_id and bought.order_line_id = orders_refunded.order_line_id
    left join arrived
        on bought.point_id = arrived.point_id and bought.order_line_id = arrived.order_line_id
)

select
    point_id,
    candidate_sku,
    min(owned_detail) as owned_detail,
    min(order_line_id) as owned_evidence_id
from states
where owned_detail is not null
group by point_id, candidate_sku
