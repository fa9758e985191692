{%- set factors = post_purchase_gate.risk_factors() -%}
{%- set last = namespace(cells='starting_cells') -%}
-- An additive logistic model for each age of an order, with the scorecard as its prior: each coefficient is drawn to the scorecard's points as by risk_shrinkage reviews'
-- worth of curvature. Reviews alike in all factors are one cell, so the cost hangs on the number of cells, not of reviews. A fixed number of
-- Newton steps, each over one factor; every step reads the one before it once, so no engine repeats work.
with

cells as (
    select
        snapshot_at,
        age_days,
        is_trial,
        {%- for factor in factors %}
        {{ factor }},
        {%- endfor %}
        sum(reviews) as reviews,
        sum(negatives) as negatives
    from {{ ref('int_risk_examples') }}
    where not is_judge
    group by snapshot_at, age_days, is_trial, {{ factors | join(', ') }}
),

priors as (
    select
        bins.factor,
        bins.bin,
        case when not bins.is_reference then cast(coalesce(scorecard.points, 0) as {{ post_purchase_gate.type_double() }}) end as points
    from {{ ref('risk_bins') }} as bins
    left join {{ ref('risk_scorecard') }} as scorecard
        on bins.scorecard_factor = scorecard.factor
),

base_rates as (
    select
        snapshot_at,
        age_days,
        is_trial,
        ln((cast(sum(negatives) as {{ post_purchase_gate.type_double() }}) + 0.5)
            / (cast(sum(reviews - negatives) as {{ post_purchase_gate.type_double() }}) + 0.5)) as intercept
    from cells
    group by snapshot_at, age_days, is_trial
),

starting_cells as (
    select
        cells.snapshot_at,
        cells.age_days,
        cells.is_trial,
        cast(cells.reviews as {{ post_purchase_gate.type_double() }}) as reviews,
        cast(cells.negatives as {{ post_purchase_gate.type_double() }}) as negatives,
        base_rates.intercept,
        {%- for factor in factors %}
        cells.{{ factor }},
        {{ factor }}_priors.points as {{ factor }}_prior,
        coalesce({{ factor }}_priors.points, 0) as {{ factor }}_coefficient,
        {%- endfor %}
        base_rates.intercept{% for factor in factors %} + coalesce({{ factor }}_priors.points, 0){% endfor %} as log_odds
    from cells
    inner join base_rates
        on cells.snapshot_at = base_rates.snapshot_at and cells.age_days = base_rates.age_days and cells.is_trial = base_rates.is_trial
    {%- for factor in factors %}
    inner join priors as {{ factor }}_priors
        on {{ factor }}_priors.factor = '{{ factor }}' and cells.{{ factor }} = {{ factor }}_priors.bin
    {%- endfor %}
)

{%- for factor in post_purchase_gate.risk_steps() %}
{%- set name = 'step_' ~ loop.index ~ '_' ~ factor %},

{{ post_purchase_gate.risk_step(last.cells, factor, name) }}
{%- set last.cells = name %}
{%- endfor %}

select
    snapshot_at,
    age_days,
    is_trial,
    {%- for factor in factors %}
    {{ factor }},
    {{ factor }}_prior,
    cast({{ factor }}_coefficient as decimal(18, 6)) as {{ factor }}_coefficient,
    {%- endfor %}
    cast(reviews as decimal(18, 6)) as reviews,
    cast(negatives as decimal(18, 6)) as negatives,
    cast(intercept as decimal(18, 6)) as intercept,
    cast(log_odds as decimal(18, 6)) as log_odds
from {{ last.cells }}
