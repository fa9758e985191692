{%- set double = post_purchase_gate.type_double() -%}
-- Whose list is made at a look, and for which trip: at the coming one everybody who is still about; at a past one those who made a trip in the window
-- after it, for the first of these. How large a customer's trips are says most about what else is in them; after many trips little that is popular is new;
-- and who was here yesterday comes back for less than who was away for a week.
with

recent_sizes as (
    select
        looks.look,
        sum(trips.skus) / cast(count(*) as {{ double }}) as skus
    from {{ ref('int_next_looks') }} as looks
    inner join {{ ref('int_next_trips') }} as trips
        on looks.recent_after < trips.bought_on and looks.looked_on >= trips.bought_on
    group by looks.look
),

so_far as (
    select
        customer_id,
        bought_on,
        trip_number,
        trips,
        sum(skus) over (partition by customer_id order by trip_number rows between unbounded preceding and current row) as skus_so_far,
        lead(bought_on) over (partition by customer_id order by trip_number) as next_on
    from {{ ref('int_next_trips') }}
),

-- the last trip that a look knows
known as (
    select
        looks.look,
        so_far.customer_id,
        so_far.trip_number,
        so_far.skus_so_far,
        {{ dbt.datediff('so_far.bought_on', 'looks.looked_on', 'day') }} as days_away
    from {{ ref('int_next_looks') }} as looks
    inner join so_far
        on
            looks.looked_on >= so_far.bought_on
            and (so_far.trip_number = so_far.trips or looks.looked_on < so_far.next_on)
    where
        looks.look = 0 and so_far.bought_on >= cast({{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }} as date)
        or looks.look > 0 and so_far.next_on <= looks.ends_on
)

select
    known.look,
    known.customer_id,
    cast(known.trip_number + 1 as integer) as target_trip,
    {{ post_purchase_gate.next_doublings('known.trip_number + 1', 1) }} as trips_step,
    -- with two trips of everybody's
    cast(ln(coalesce(
        (known.skus_so_far + 2 * recent_sizes.skus) / ((known.trip_number + 2) * recent_sizes.skus), 1
    )) as decimal(18, 9)) as log_size,
    cast(ln(cast(known.trip_number + 1 as {{ double }})) as decimal(18, 9)) as log_trips,
    cast(ln(1 + {{ post_purchase_gate.least() }}(known.days_away, 7) / cast(7 as {{ double }})) as decimal(18, 9)) as log_away
from known
left join recent_sizes
    on known.look = recent_sizes.look
