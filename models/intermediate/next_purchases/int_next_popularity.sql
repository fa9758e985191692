-- Three times as long as for new SKUs: how popular a SKU is, not what is in season.
with

recent_trips as (
    select
        customer_id,
        trip_number
    from {{ ref('int_next_trips') }}
    where bought_on > cast({{ post_purchase_gate.add_days(-3 * var('next_popularity_days'), post_purchase_gate.as_of()) }} as date)
),

total as (
    select cast(count(*) as decimal(18, 2)) as trips
    from recent_trips
)

select
    purchases.sku,
    cast(count(*) / nullif(max(total.trips), 0) as decimal(18, 12)) as share
from {{ ref('int_next_purchases') }} as purchases
inner join recent_trips
    on purchases.customer_id = recent_trips.customer_id and purchases.trip_number = recent_trips.trip_number
cross join total
group by purchases.sku
