-- What a customer's purchases of a SKU looked like before a trip: the last trips of a sample of customers, to learn from, and the coming trip
-- of everyone who is still about. Nothing of the trip itself is in the history. Features are natural logs.
with

learners as (
    select
        customer_id,
        cast(mod(draw, {{ post_purchase_gate.next_folds() }}) + 1 as integer) as fold
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
        trips.weeks_ago,
        -- every trip weighs the same: one large shop says no more about habits than a small one
        1 / cast(trips.skus as {{ post_purchase_gate.type_double() }}) as weight,
        false as is_coming,
        learners.fold,
        looked_at.customer_id is not null as is_judged
    from {{ ref('int_next_trips') }} as trips
    inner join learners
        on trips.customer_id = learners.customer_id
    left join {{ ref('int_next_targets') }} as looked_at
        on trips.customer_id = looked_at.customer_id and trips.trip_number = looked_at.target_trip and looked_at.look = 1
    where
        trips.trip_number > 1
        and (trips.trip_number > trips.trips - {{ var('next_panel_trips') }} or looked_at.customer_id is not null)
    union all
    select
        customer_id,
        trips + 1 as target_trip,
        0 as weeks_ago,
        cast(0 as {{ post_purchase_gate.type_double() }}) as weight,
        true as is_coming,
        0 as fold,
        false as is_judged
    from {{ ref('int_next_trips') }}
    where
        trip_number = trips
        and bought_on >= cast({{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }} as date)
),

histories as (
    select
        targets.customer_id,
        targets.target_trip,
        targets.weeks_ago,
        targets.weight,
        targets.is_coming,
        targets.fold,
        targets.is_judged,
        purchases.sku,
        sum(case when purchases.trip_number < targets.target_trip then 1 else 0 end) as purchases,
        max(case when purchases.trip_number < targets.target_trip then purchases.trip_number end) as last_trip,
        max(case when purchases.trip_number < targets.target_trip then purchases.bought_on end) as last_bought_on,
        {%- for decay in ['0.98', '0.7'] %}
        sum(case
            when purchases.trip_number < targets.target_trip
                then cast(power({{ decay }}, targets.target_trip - 1 - purchases.trip_number) as decimal(18, 9))
        end) as {{ 'held' if loop.first else 'held_of_late' }},
        {%- endfor %}
        max(case when purchases.trip_number = targets.target_trip then 1 else 0 end) as is_bought
    from targets
    inner join {{ ref('int_next_purchases') }} as purchases
        on targets.customer_id = purchases.customer_id and targets.target_trip >= purchases.trip_number
    group by
        targets.customer_id, targets.target_trip, targets.weeks_ago, targets.weight, targets.is_coming, targets.fold,
        targets.is_judged, purchases.sku
),

known as (
    select
        histories.*,
        -- trips so far, each trip back counting 2 or 30 % less than the one after it
        (1 - power(0.98, histories.target_trip - 1)) / 0.02 as trips_held,
        (1 - power(0.7, histories.target_trip - 1)) / 0.3 as trips_of_late,
        -- a SKU that nobody bought was bought once in a thousand trips more
        (coalesce(popularity.purchases, 0) + 1) / cast(coalesce(weeks.trips, 0) + 1000 as {{ post_purchase_gate.type_double() }}) as share,
        coalesce(popularity.purchases_of_late, 0) as sold_of_late,
        coalesce(weeks.trips_of_late, 0) as shop_trips_of_late
    from histories
    left join {{ ref('int_next_weeks') }} as weeks
        on histories.weeks_ago = weeks.weeks_ago
    left join {{ ref('int_next_popularity') }} as popularity
        on histories.sku = popularity.sku and histories.weeks_ago = popularity.weeks_ago
    where histories.purchases > 0
)

select
    customer_id,
    sku,
    target_trip,
    is_coming,
    fold,
    is_judged,
    cast(purchases as integer) as purchases,
    cast(target_trip - last_trip as integer) as trips_since,
    last_bought_on,
    cast(weight as decimal(18, 9)) as weight,
    is_bought as outcome,
    -- with forty trips of everybody's, and with half a one
    cast(ln((held + 40 * share) / (trips_held + 40)) as decimal(18, 9)) as log_rate,
    cast(ln((held_of_late + 0.5 * share) / (trips_of_late + 0.5)) as decimal(18, 9)) as log_rate_of_late,
    cast(ln(purchases) as decimal(18, 9)) as log_purchases,
    cast(ln(share) as decimal(18, 9)) as log_popularity,
    cast(ln((sold_of_late + 3) / (share * shop_trips_of_late + 3)) as decimal(18, 9)) as log_trend
from known
