{%- set listed = var('next_skus_per_customer') -%}
-- SKUs that a customer has never bought, at each look: the head of the list for the number of trips so far, and what the last trip is proven to bring.
with

targets as (
    select * from {{ ref('int_next_targets') }}
),

rates as (
    select * from {{ ref('int_next_new_rates') }}
),

relations as (
    select * from {{ ref('int_next_relations') }}
),

seen as (
    select
        targets.look,
        purchases.customer_id,
        purchases.sku
    from targets
    inner join {{ ref('int_next_purchases') }} as purchases
        on targets.customer_id = purchases.customer_id and targets.target_trip > purchases.trip_number
    group by targets.look, purchases.customer_id, purchases.sku
),

-- as many more of the list as of its head was bought already: an equal join instead of all of the list for everybody
taken as (
    select
        targets.look,
        targets.customer_id,
        targets.trips_step,
        cast({{ post_purchase_gate.least() }}(count(rates.sku), {{ 3 * listed }}) as integer) as seen_of_head
    from targets
    left join seen
        on targets.look = seen.look and targets.customer_id = seen.customer_id
    left join rates
        on targets.look = rates.look and targets.trips_step = rates.trips_step and seen.sku = rates.sku and rates.position <= {{ 4 * listed }}
    group by targets.look, targets.customer_id, targets.trips_step
),

reaches as (
    select seen_of_head
    from taken
    group by seen_of_head
),

heads as (
    select
        rates.look,
        reaches.seen_of_head,
        rates.trips_step,
        rates.sku
    from rates
    inner join reaches
        on reaches.seen_of_head + {{ listed }} >= rates.position
    where rates.position <= {{ 4 * listed }}
),

candidates as (
    select
        taken.look,
        taken.customer_id,
        heads.sku
    from taken
    inner join heads
        on taken.look = heads.look and taken.trips_step = heads.trips_step and taken.seen_of_head = heads.seen_of_head
    {{ post_purchase_gate.union_distinct() }}
    -- what is proven is proven by now, so that a past look may not use it
    select
        targets.look,
        targets.customer_id,
        relations.sku
    from relations
    inner join targets
        on relations.customer_id = targets.customer_id and targets.look = 0
)

select
    candidates.look,
    candidates.customer_id,
    targets.target_trip,
    candidates.sku,
    relations.from_sku,
    relations.lift,
    targets.log_size,
    targets.log_trips,
    targets.log_away,
    cast(ln(rates.probability / (1 - rates.probability)) as decimal(18, 9)) as log_odds,
    case when bought.sku is null then 0 else 1 end as outcome
from candidates
inner join targets
    on candidates.look = targets.look and candidates.customer_id = targets.customer_id
inner join rates
    on candidates.look = rates.look and targets.trips_step = rates.trips_step and candidates.sku = rates.sku
left join seen
    on candidates.look = seen.look and candidates.customer_id = seen.customer_id and candidates.sku = seen.sku
left join relations
    on case when candidates.look = 0 then candidates.customer_id end = relations.customer_id and candidates.sku = relations.sku
left join {{ ref('int_next_purchases') }} as bought
    on candidates.customer_id = bought.customer_id and candidates.sku = bought.sku and targets.target_trip = bought.trip_number
where seen.sku is null and rates.probability > 0 and rates.probability < 1
