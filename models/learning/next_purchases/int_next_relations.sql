-- What the SKUs of a customer's last trip are proven to bring: the highest lower bound of the lift counts, and the SKU it comes from.
with

ranked as (
    select
        purchases.customer_id,
        estimates.related_sku as sku,
        estimates.sku as from_sku,
        estimates.lift_lower_bound as lift,
        row_number() over (
            partition by purchases.customer_id, estimates.related_sku order by estimates.lift_lower_bound desc, estimates.sku asc
        ) as preference
    from {{ ref('int_next_trips') }} as trips
    inner join {{ ref('int_next_purchases') }} as purchases
        on trips.customer_id = purchases.customer_id and trips.trip_number = purchases.trip_number
    inner join {{ ref('int_pair_estimates') }} as estimates
        on purchases.sku = estimates.sku
    inner join {{ ref('int_snapshots') }} as snapshots
        on estimates.snapshot_at = snapshots.snapshot_at
    where
        trips.trip_number = trips.trips
        and trips.bought_on >= cast({{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }} as date)
        and snapshots.is_current
        and estimates.support >= {{ var('pair_min_support') }}
        and estimates.lift_lower_bound > {{ var('pair_min_lift') }}
)

select
    customer_id,
    sku,
    from_sku,
    lift
from ranked
where preference = 1
