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
        count(*) as purchases,
        max(purchases.trip_number) as last_trip,
        max(purchases.bought_on) as last_bought_on,
        sum(cast(power(0.95, targets.target_trip - 1 - purchases.trip_number) as decimal(18, 9))) as weight
    from targets
    inner join {{ ref('int_next_purchases') }} as purchases
        on targets.customer_id = purchases.customer_id and targets.target_trip > purchases.trip_number
    group by targets.customer_id, targets.target_trip, targets.is_coming, purchases.sku
),

rated as (
    select
        *,
        target_trip - last_trip as trips_since,
        cast(greatest(weight * 0.05 / (1 - power(0.95, target_trip - 1)), 0.000001) as {{ post_purchase_gate.type_double() }}) as rate
    from histories
)

select
    rated.customer_id,
    rated.sku,
    rated.target_trip,
    rated.is_coming,
    cast(rated.purchases as integer) as purchases,
    cast(rated.trips_since as integer) as trips_since,
    rated.last_bought_on,
    cast(rated.rate as decimal(18, 9)) as rate,
    {{ post_purchase_gate.next_rate_step('rated.rate') }} as rate_step,
    {{ post_purchase_gate.next_doublings('rated.trips_since', 2) }} as recency_step,
    cast(least(rated.purchases, 6) as integer) as purchases_step,
    case when bought.sku is null then 0 else 1 end as is_bought
from rated
left join {{ ref('int_next_purchases') }} as bought
    on
        rated.customer_id = bought.customer_id
        and rated.target_trip = bought.trip_number
        and rated.sku = bought.sku
