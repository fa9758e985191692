-- Without it the fixed number of rounds could stop before the answer: one more Newton step may move no bin of the last fit by more than 0.01
-- log-odds. Read from the fitted cells themselves.
{%- set double = post_purchase_gate.type_double() %}
with

chances as (
    select
        *,
        1 / (1 + exp(-1 * cast(log_odds as {{ double }}))) as chance
    from {{ ref('int_risk_fit') }}
),

gradients as (
    {%- for factor in post_purchase_gate.risk_factors() %}
    select
        snapshot_at,
        age_days,
        is_trial,
        '{{ factor }}' as factor,
        {{ factor }} as bin,
        (sum(negatives - reviews * chance) - {{ var('risk_shrinkage') }} * max({{ factor }}_coefficient - {{ factor }}_prior))
        / (sum(reviews * chance * (1 - chance)) + {{ var('risk_shrinkage') }}) as next_step
    from chances
    where {{ factor }}_prior is not null
    group by snapshot_at, age_days, is_trial, {{ factor }}
    union all
    {%- endfor %}
    select
        snapshot_at,
        age_days,
        is_trial,
        'intercept' as factor,
        'all' as bin,
        sum(negatives - reviews * chance) / sum(reviews * chance * (1 - chance)) as next_step
    from chances
    group by snapshot_at, age_days, is_trial
)

select *
from gradients
where next_step is null or abs(next_step) > 0.01
