-- Before each look, of the recent trips of customers with a history, by how many trips they had made: who had never bought a popular SKU, and who did then.
{%- set fine_decimal = post_purchase_gate.type_decimal(18, 12) %}
with

recent_trips as (
    select
        looks.look,
        trips.customer_id,
        trips.trip_number,
        {{ post_purchase_gate.next_doublings('trips.trip_number', 1) }} as trips_step
    from {{ ref('int_next_trips') }} as trips
    inner join {{ ref('int_next_looks') }} as looks
        on trips.bought_on > looks.recent_after and trips.bought_on <= looks.looked_on
    where trips.trip_number > 1
),

totals as (
    select
        look,
        trips_step,
        count(*) as trips
    from recent_trips
    group by look, trips_step
),

popular as (
    select
        look,
        sku,
        purchases
    from (
        select
            recent_trips.look,
            purchases.sku,
            count(*) as purchases,
            row_number() over (partition by recent_trips.look order by count(*) desc, purchases.sku asc) as position
        from {{ ref('int_next_purchases') }} as purchases
        inner join recent_trips
            on purchases.customer_id = recent_trips.customer_id and purchases.trip_number = recent_trips.trip_number
        group by recent_trips.look, purchases.sku
    ) as counted
    where position <= {{ var('next_popular_skus') }}
),

listed as (
    select sku
    from popular
    group by sku
),

firsts as (
    select
        purchases.customer_id,
        purchases.sku,
        min(purchases.trip_number) as trip_number
    from {{ ref('int_next_purchases') }} as purchases
    inner join listed
        on purchases.sku = listed.sku
    group by purchases.customer_id, purchases.sku
),

counted as (
    select
        recent_trips.look,
        firsts.sku,
        recent_trips.trips_step,
        sum(case when firsts.trip_number < recent_trips.trip_number then 1 else 0 end) as seen,
        sum(case when firsts.trip_number = recent_trips.trip_number then 1 else 0 end) as firsts
    from firsts
    inner join recent_trips
        on firsts.customer_id = recent_trips.customer_id
    group by recent_trips.look, firsts.sku, recent_trips.trips_step
)

select
    popular.look,
    popular.sku,
    totals.trips_step,
    cast(popular.purchases / nullif(cast(sum(totals.trips) over (partition by popular.look, popular.sku) as decimal(18, 2)), 0) as {{ fine_decimal }}) as share,
    totals.trips - coalesce(counted.seen, 0) as unseen_trips,
    coalesce(counted.firsts, 0) as firsts
from popular
inner join totals
    on popular.look = totals.look
left join counted
    on popular.look = counted.look and popular.sku = counted.sku and totals.trips_step = counted.trips_step
