{%- set double = post_purchase_gate.type_double() -%}
-- How much worse or better a category is reviewed than its deliveries, tickets and refunds explain: one Newton step from nothing, drawn to
-- zero as by risk_category_shrinkage, so that a category with few reviews hardly counts.
with

chances as (
    select
        examples.snapshot_at,
        examples.age_days,
        examples.is_trial,
        examples.category,
        examples.reviews,
        examples.negatives,
        1 / (1 + exp(-1 * cast(log_odds.log_odds as {{ double }}))) as chance
    from {{ ref('int_risk_examples') }} as examples
    inner join {{ ref('int_risk_log_odds') }} as log_odds
        on
            examples.snapshot_at = log_odds.snapshot_at and examples.is_trial = log_odds.is_trial
            and examples.point_id = log_odds.point_id
    where not examples.is_judge and not log_odds.is_point and examples.category is not null
)

select
    snapshot_at,
    age_days,
    is_trial,
    category,
    sum(reviews) as reviews,
    sum(negatives) as negatives,
    cast(
        cast({{ post_purchase_gate.exact_sum('negatives - reviews * chance') }} as {{ double }})
        / (cast({{ post_purchase_gate.exact_sum('reviews * chance * (1 - chance)') }} as {{ double }}) + {{ var('risk_category_shrinkage') }})
        as decimal(18, 6)
    ) as coefficient
from chances
group by snapshot_at, age_days, is_trial, category
