{%- set double = post_purchase_gate.type_double() -%}
-- Of what is still to arrive the past may tell the share of bad reviews and be wrong next month, since that hangs on deliveries to come. By how much
-- the share moved from one four weeks to the next, beyond what chance does: the gaps between expected and observed reviews, squared, less the
-- variance of a count, over the reviews squared. Where the movement is proven larger than risk_max_drift (one-sided, 5 %), or where fewer than
-- risk_min_reviews of such lines say anything of it, no score is told.
with

reviews as (
    select
        examples.snapshot_at,
        examples.age_days,
        log_odds.arrival,
        floor({{ post_purchase_gate.days_between('examples.submitted_at', 'examples.snapshot_at') }} / 28) as period,
        examples.reviews,
        examples.negatives,
        1 / (1 + exp(-1 * cast(log_odds.log_odds as {{ double }}))) as chance
    from {{ ref('int_risk_examples') }} as examples
    inner join {{ ref('int_risk_log_odds') }} as log_odds
        on
            examples.snapshot_at = log_odds.snapshot_at and examples.is_trial = log_odds.is_trial
            and examples.point_id = log_odds.point_id
    where not examples.is_trial and not log_odds.is_point and {{ post_purchase_gate.is_still_to_arrive('log_odds.arrival') }}
),

periods as (
    select
        snapshot_at,
        age_days,
        arrival,
        period,
        cast(sum(reviews) as {{ double }}) as reviews,
        cast({{ post_purchase_gate.exact_sum('negatives - reviews * chance') }} as {{ double }}) as gap,
        cast({{ post_purchase_gate.exact_sum('reviews * chance * (1 - chance)') }} as {{ double }}) as variance
    from reviews
    group by snapshot_at, age_days, arrival, period
),

measured as (
    select
        snapshot_at,
        age_days,
        arrival,
        sum(reviews) as reviews,
        cast({{ post_purchase_gate.exact_sum('gap * gap') }} as {{ double }}) as gaps,
        cast({{ post_purchase_gate.exact_sum('variance') }} as {{ double }}) as by_chance,
        sqrt(2 * cast({{ post_purchase_gate.exact_sum('variance * variance') }} as {{ double }})) as chance_deviation,
        cast({{ post_purchase_gate.exact_sum('reviews * reviews') }} as {{ double }}) as reviews_squared
    from periods
    group by snapshot_at, age_days, arrival
)

select
    snapshot_at,
    age_days,
    arrival,
    cast(reviews as decimal(18, 6)) as reviews,
    cast(sqrt({{ post_purchase_gate.greatest() }}(gaps - by_chance, 0) / reviews_squared) as decimal(9, 6)) as drift,
    cast(sqrt({{ post_purchase_gate.greatest() }}(gaps - by_chance - 1.645 * chance_deviation, 0) / reviews_squared) as decimal(9, 6)) as drift_lower,
    reviews >= {{ var('risk_min_reviews') }}
    and gaps - by_chance - 1.645 * chance_deviation <= power({{ var('risk_max_drift') }}, 2) * reviews_squared as is_told
from measured
