{%- set listed = var('next_skus_per_customer') -%}
-- SKUs that a customer has never bought: the head of the list for his number of trips, and what his last trip is proven to bring.
with

customers as (
    select
        customer_id,
        {{ post_purchase_gate.next_doublings('trips + 1', 1) }} as trips_step
    from {{ ref('int_next_trips') }}
    where
        trip_number = trips
        and bought_on >= cast({{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }} as date)
),

seen as (
    select
        customer_id,
        sku
    from {{ ref('int_next_histories') }}
    where is_coming
),

-- as many more of the list as he has bought of its head already: an equal join instead of all of the list for everybody
taken as (
    select
        customers.customer_id,
        customers.trips_step,
        cast(least(count(rates.sku), {{ 3 * listed }}) as integer) as seen_of_head
    from customers
    left join seen
        on customers.customer_id = seen.customer_id
    left join {{ ref('int_next_new_rates') }} as rates
        on customers.trips_step = rates.trips_step and seen.sku = rates.sku and rates.position <= {{ 4 * listed }}
    group by customers.customer_id, customers.trips_step
),

reaches as (
    select seen_of_head
    from taken
    group by seen_of_head
),

heads as (
    select
        reaches.seen_of_head,
        rates.trips_step,
        rates.sku
    from {{ ref('int_next_new_rates') }} as rates
    inner join reaches
        on reaches.seen_of_head + {{ listed }} >= rates.position
    where rates.position <= {{ 4 * listed }}
),

candidates as (
    select
        taken.customer_id,
        taken.trips_step,
        heads.sku
    from taken
    inner join heads
        on taken.trips_step = heads.trips_step and taken.seen_of_head = heads.seen_of_head
    union
    select
        customers.customer_id,
        customers.trips_step,
        relations.sku
    from {{ ref('int_next_relations') }} as relations
    inner join customers
        on relations.customer_id = customers.customer_id
)

select
    candidates.customer_id,
    candidates.sku,
    relations.from_sku,
    relations.lift,
    cast(least(rates.probability * greatest(coalesce(relations.lift, 1), 1), 0.999) as decimal(18, 9)) as probability
from candidates
inner join {{ ref('int_next_new_rates') }} as rates
    on candidates.trips_step = rates.trips_step and candidates.sku = rates.sku
left join seen
    on candidates.customer_id = seen.customer_id and candidates.sku = seen.sku
left join {{ ref('int_next_relations') }} as relations
    on candidates.customer_id = relations.customer_id and candidates.sku = relations.sku
where seen.sku is null
