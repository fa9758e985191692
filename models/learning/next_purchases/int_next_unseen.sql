-- Of the recent trips of customers with a history, by how many trips they had made: who had never bought a popular SKU, and who did then.
with

recent_trips as (
    select
        customer_id,
        trip_number,
        {{ post_purchase_gate.next_doublings('trip_number', 1) }} as trips_step
    from {{ ref('int_next_trips') }}
    where
        trip_number > 1
        and bought_on > cast({{ post_purchase_gate.add_days(-1 * var('next_popularity_days'), post_purchase_gate.as_of()) }} as date)
),

totals as (
    select
        trips_step,
        count(*) as trips
    from recent_trips
    group by trips_step
),

popular as (
    select
        sku,
        purchases
    from (
        select
            purchases.sku,
            count(*) as purchases,
            row_number() over (order by count(*) desc, purchases.sku asc) as position
        from {{ ref('int_next_purchases') }} as purchases
        inner join recent_trips
            on purchases.customer_id = recent_trips.customer_id and purchases.trip_number = recent_trips.trip_number
        group by purchases.sku
    ) as counted
    where position <= {{ var('next_popular_skus') }}
),

firsts as (
    select
        purchases.customer_id,
        purchases.sku,
        min(purchases.trip_number) as trip_number
    from {{ ref('int_next_purchases') }} as purchases
    inner join popular
        on purchases.sku = popular.sku
    group by purchases.customer_id, purchases.sku
),

counted as (
    select
        firsts.sku,
        recent_trips.trips_step,
        sum(case when firsts.trip_number < recent_trips.trip_number then 1 else 0 end) as seen,
        sum(case when firsts.trip_number = recent_trips.trip_number then 1 else 0 end) as firsts
    from firsts
    inner join recent_trips
        on firsts.customer_id = recent_trips.customer_id
    group by firsts.sku, recent_trips.trips_step
)

select
    popular.sku,
    totals.trips_step,
    cast(popular.purchases / nullif(cast(sum(totals.trips) over (partition by popular.sku) as decimal(18, 2)), 0) as decimal(18, 12)) as share,
    totals.trips - coalesce(counted.seen, 0) as unseen_trips,
    coalesce(counted.firsts, 0) as firsts
from popular
cross join totals
left join counted
    on popular.sku = counted.sku and totals.trips_step = counted.trips_step
