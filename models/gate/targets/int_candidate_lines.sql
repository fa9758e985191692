-- What a person has bought of the product of a candidate, and what of it was kept and had arrived at the point's instant. Who may be offered a
-- subscription is asked of the SKU bought, too. What was cancelled or never paid for, and never left, is nobody's, unless money came back for it; what
-- is digital leaves with the first money.
with

asked as (
    select
        point_id,
        candidate_sku
    from {{ ref('int_target_candidates') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        candidates.point_id,
        points.sku as candidate_sku
    from {{ ref('int_target_candidates') }} as candidates
    inner join {{ ref('int_points') }} as points
        on candidates.point_id = points.point_id
    where candidates.target_kind = 'subscription'
),

candidates as (
    select
        asked.point_id,
        asked.candidate_sku,
        coalesce(products.product_id, case when asked.candidate_sku = points.sku then points.product_id end, asked.candidate_sku) as product_id,
        points.point_at,
        points.is_live,
        points.person_id
    from asked
    inner join {{ ref('int_points') }} as points
        on asked.point_id = points.point_id
    left join {{ ref('stg_products') }} as products
        on asked.candidate_sku = products.sku
),

bought as (
    select
        candidates.point_id,
        candidates.candidate_sku,
        candidates.point_at,
        purchases.order_line_id,
        case when candidates.is_live then purchases.order_line_id end as live_order_line_id,
        coalesce(purchases.sku = candidates.candidate_sku, false) as is_same_sku,
        not purchases.is_exchanged_in as is_own_accord,
        purchases.is_digital,
        purchases.ordered_at,
        coalesce(kept.units_kept, purchases.quantity) as units_kept,
        coalesce(kept.units_back > 0 or kept.nothing_kept_because in ('line_refunded', 'order_refunded'), false) as is_refunded,
        kept.last_refunded_at,
        coalesce(purchases.is_digital and states.first_captured_at <= candidates.point_at, false) as is_sent,
        coalesce(states.is_unpaid, false)
        or coalesce(purchases.cancelled_at <= candidates.point_at, false) as is_no_order
    from candidates
    inner join {{ ref('int_purchases') }} as purchases
        on
            candidates.person_id = purchases.person_id
            and candidates.product_id = purchases.product_id
            and purchases.ordered_at <= candidates.point_at
    left join {{ ref('int_line_kept') }} as kept
        on
            purchases.order_line_id = kept.order_line_id
            and candidates.point_at >= kept.valid_from
            and candidates.point_at < kept.valid_to
    left join {{ ref('int_payment_states') }} as states
        on
            purchases.root_order_id = states.paying_order_id
            and candidates.point_at >= states.valid_from
            and candidates.point_at < states.valid_to
),

-- what the gate decides on now is delivered when its own evidence says so: tickets, replacements and all
delivered as (
    select
        points.order_line_id,
        delivery.delivered_at
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
    where points.is_live
),

-- for the rest, a parcel without a scan counts as arrived once its expected time and the grace have passed and nothing bars to presume it
parcels as (
    select
        bought.point_id,
        bought.candidate_sku,
        bought.order_line_id,
        parcels.units,
        case
            when states.delivered_at is not null then states.delivered_at
            when states.parcel_state <> 'under_way' or states.bars_inference then null
            when {{ post_purchase_gate.presumed_arrival('parcels.expected_delivery_at', 'parcels.shipped_at') }} <= bought.point_at
                then {{ post_purchase_gate.presumed_arrival('parcels.expected_delivery_at', 'parcels.shipped_at') }}
        end as arrived_at
    from bought
    inner join {{ ref('int_line_parcels') }} as parcels
        on
            bought.order_line_id = parcels.order_line_id
            and bought.point_at >= parcels.shipped_at
            and bought.point_at >= parcels.known_from
            and bought.point_at < parcels.until_at
            and not bought.is_digital
    left join {{ ref('int_parcel_states') }} as states
        on
            parcels.fulfillment_id = states.fulfillment_id
            and bought.point_at >= states.from_at
            and bought.point_at < states.until_at
),

arrived as (
    select
        point_id,
        candidate_sku,
        order_line_id,
        sum(case when arrived_at is not null then units else 0 end) as units_arrived,
        max(arrived_at) as arrived_at
    from parcels
    group by point_id, candidate_sku, order_line_id
)

select
    bought.point_id,
    bought.candidate_sku,
    bought.point_at,
    bought.order_line_id,
    bought.is_same_sku,
    bought.is_own_accord,
    not bought.is_no_order as is_of_standing_order,
    bought.ordered_at,
    cast(bought.units_kept as decimal(18, 4)) as units_kept,
    bought.is_refunded,
    bought.last_refunded_at,
    case
        when delivered.order_line_id is not null then delivered.delivered_at
        when bought.is_digital then bought.ordered_at
        when arrived.units_arrived >= bought.units_kept then arrived.arrived_at
    end as arrived_at
from bought
left join arrived
    on
        bought.point_id = arrived.point_id
        and bought.candidate_sku = arrived.candidate_sku
        and bought.order_line_id = arrived.order_line_id
left join delivered
    on bought.live_order_line_id = delivered.order_line_id
where arrived.point_id is not null or bought.is_sent or bought.is_refunded or not bought.is_no_order
