-- What a customer's purchases of a SKU looked like before a trip: the last trips of a sample of customers, to learn from, and the coming trip
-- of everyone who is still about. Nothing of the trip itself is in the history.
with

learners as (
    select customer_id
    from (
        select
            customer_id,
            row_number() over (order by {{ post_purchase_gate.text_key(['customer_id']) }}, customer_id) as draw
        from {{ ref('int_next_trips') }}
        where trip_number = 1 and trips > 1
    ) as drawn
    where draw <= {{ var('next_panel_customers') }}
),

targets as (
    select
        trips.customer_id,
        trips.trip_number as target_trip,
        false as is_coming
    from {{ ref('int_next_trips') }} as trips
    inner join learners
        on trips.customer_id = learners.customer_id
    where trips.trip_number > 1 and trips.trip_number > trips.trips - {{ var('next_panel_trips') }}
    union all
    select
        customer_id,
        trips + 1 as target_trip,
        true as is_coming
    from {{ ref('int_next_trips') }}
    where
        trip_number = trips
        and bought_on >= cast({{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }} as date)
),

histories as (
    select
        targets.customer_id,
        targets.target_trip,
        targets.is_coming,
        purchases.sku,
        sum(case when purchases.trip_number < targets.target_trip then 1 else 0 end) as purchases,
        max(case when purchases.trip_number < targets.target_trip then purchases.trip_number end) as last_trip,
        max(case when purchases.trip_number < targets.target_trip then purchases.bought_on end) as last_bought_on,
        sum(case
            when purchases.trip_number < targets.target_trip
                then cast(power(0.98, targets.target_trip - 1 - purchases.trip_number) as decimal(18, 9))
        end) as weight,
        max(case when purchases.trip_number = targets.target_trip then 1 else 0 end) as is_bought
    from targets
    inner join {{ ref('int_next_purchases') }} as purchases
        on targets.customer_id = purchases.customer_id and targets.target_trip >= purchases.trip_number
    group by targets.customer_id, targets.target_trip, targets.is_coming, purchases.sku
),

rated as (
    select
        histories.customer_id,
        histories.sku,
        histories.target_trip,
        histories.is_coming,
        histories.purchases,
        histories.target_trip - histories.last_trip as trips_since,
        histories.last_bought_on,
        -- its share of his trips so far, each trip back counting 2 % less, and forty trips of everybody's
        cast(
            (histories.weight + 40 * coalesce(popularity.share, 0)) / ((1 - power(0.98, histories.target_trip - 1)) / 0.02 + 40)
            as {{ post_purchase_gate.type_double() }}
        ) as rate,
        histories.is_bought
    from histories
    left join {{ ref('int_next_popularity') }} as popularity
        on histories.sku = popularity.sku
    where histories.purchases > 0
)

select
    customer_id,
    sku,
    target_trip,
    is_coming,
    cast(purchases as integer) as purchases,
    cast(trips_since as integer) as trips_since,
    last_bought_on,
    cast(rate as decimal(18, 9)) as rate,
    {{ post_purchase_gate.next_rate_step('rate') }} as rate_step,
    {{ post_purchase_gate.next_doublings('trips_since', 2) }} as recency_step,
    cast(least(purchases, 6) as integer) as purchases_step,
    is_bought
from rated
