-- From log-odds that were learned with every trip weighing the same to the probability of a SKU that heads a list: a shift and a slope, over the
-- heads of the lists of the trips learned from. A slope keeps the order of the list.
with

cells as {{ post_purchase_gate.computed_once() }} (
    select
        cast(round(log_odds, 2) as {{ post_purchase_gate.type_double() }}) as log_odds,
        cast(count(*) as {{ post_purchase_gate.type_double() }}) as weight,
        cast(avg(cast(outcome as {{ post_purchase_gate.type_double() }})) as {{ post_purchase_gate.type_double() }}) as outcome
    from {{ ref('int_next_scores') }}
    where not is_coming
    group by round(log_odds, 2)
),

{{ post_purchase_gate.logistic_rounds('cells', {'intercept': 0, 'log_odds': 1}, shrinkage=5) }}

select
    cast(intercept as decimal(18, 9)) as intercept,
    cast(log_odds as decimal(18, 9)) as log_odds,
    cast(largest_step as decimal(18, 9)) as largest_step
from fit
