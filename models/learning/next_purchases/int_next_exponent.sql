{%- set double = post_purchase_gate.type_double() -%}
-- How far a SKU's factor is to be believed: the power that it is raised to, by which the trips learned from are foretold best. In one shop a SKU's
-- past says what is used up, in another it is chance; without anything learned the factor counts for nothing.
with

cells as {{ post_purchase_gate.computed_once() }} (
    select
        cast(round(log_odds.log_odds, 1) as {{ double }}) as log_odds,
        cast(round(factors.log_factor, 1) as {{ double }}) as log_factor,
        cast(sum(log_odds.weight) as {{ double }}) as weight,
        cast(sum(log_odds.weight * log_odds.outcome) as {{ double }}) / cast(sum(log_odds.weight) as {{ double }}) as outcome
    from {{ ref('int_next_log_odds') }} as log_odds
    inner join {{ ref('int_next_sku_factors') }} as factors
        on log_odds.sku = factors.sku and log_odds.fold = factors.fold
    where not log_odds.is_coming
    group by round(log_odds.log_odds, 1), round(factors.log_factor, 1)
),

{{ post_purchase_gate.logistic_rounds('cells', {'intercept': 0, 'log_odds': 1, 'log_factor': 0}, shrinkage=5) }}

select
    cast(intercept as decimal(18, 9)) as intercept,
    cast(log_odds as decimal(18, 9)) as log_odds,
    cast(log_factor as decimal(18, 9)) as log_factor,
    cast(largest_step as decimal(18, 9)) as largest_step
from fit
