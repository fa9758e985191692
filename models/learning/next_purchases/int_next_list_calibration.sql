{%- set double = post_purchase_gate.type_double() -%}
{%- set listed = var('next_skus_per_customer') -%}
-- The joint list as it would have been made at the last look, for the first trip after it: how many of its SKUs were expected on the trip, and how many
-- came. New SKUs are stated by a calibration that has not seen the look; repeats by the one in force, learned with each customer's factor from others.
with

-- a list is judged where both parts of it are known
judged as (
    select customer_id
    from {{ ref('int_next_scores') }}
    where is_judged
    group by customer_id
),

candidates as (
    select
        scored.customer_id,
        scored.sku,
        'repeat' as kind,
        scored.outcome,
        1 / (1 + exp(-1 * cast(
            {{ post_purchase_gate.logistic_log_odds(['intercept', 'log_odds'], 'scored', 'calibration') }} as {{ double }}
        ))) as chance
    from {{ ref('int_next_scores') }} as scored
    cross join {{ ref('int_next_calibration') }} as calibration
    where scored.is_judged
    union all
    select
        scored.customer_id,
        scored.sku,
        'new' as kind,
        scored.outcome,
        1 / (1 + exp(-1 * cast(
            {{ post_purchase_gate.logistic_log_odds(post_purchase_gate.next_new_features(), 'scored', 'calibration') }} as {{ double }}
        ))) as chance
    from {{ ref('int_next_new') }} as scored
    cross join {{ ref('int_next_new_calibration_before') }} as calibration
    inner join judged
        on scored.customer_id = judged.customer_id
    where scored.look = 1
),

rounded as (
    select
        customer_id,
        sku,
        kind,
        outcome,
        cast(chance as decimal(18, 9)) as probability
    from candidates
),

ranked as (
    select
        *,
        row_number() over (partition by customer_id order by probability desc, sku asc) as position
    from rounded
)

select
    kind,
    count(*) as skus_listed,
    cast(sum(probability) as decimal(18, 4)) as expected,
    sum(outcome) as observed,
    cast(sum(probability) / nullif(cast(sum(outcome) as decimal(18, 4)), 0) as decimal(18, 6)) as expected_over_observed
from ranked
where position <= {{ listed }}
group by kind
