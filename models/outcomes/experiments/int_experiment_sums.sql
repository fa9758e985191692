-- All that means, variances and covariances need, exact: sums of decimals do not depend on the order in which they are added. A factor of a product has
-- one digit more than the other: two of 18 digits overflow on DuckDB, two of 19 lose their last decimal on Spark.
with

subject_values as (
    select
        {%- for feed in post_purchase_gate.experiment_outcomes().values() | unique %}
        reach.{{ feed }}_through,
        {%- endfor %}
        subject_values.*
    from {{ ref('int_experiment_values') }} as subject_values
    cross join {{ ref('int_outcome_reach') }} as reach
),

outcomes as (
    {%- for outcome, feed in post_purchase_gate.experiment_outcomes().items() %}
    select
        action,
        assignment,
        variant,
        is_control,
        horizon_days,
        '{{ outcome }}' as outcome,
        cast({{ outcome }} as decimal(18, 4)) as outcome_value,
        cast(revenue_before as decimal(18, 4)) as revenue_before
    from subject_values
    where {{ post_purchase_gate.is_watched('entered_at', 'horizon_days', feed ~ '_through') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    action,
    assignment,
    variant,
    is_control,
    horizon_days,
    outcome,
    count(*) as customers,
    count(*) - count(outcome_value) as unknown_customers,
    sum(case when outcome_value <> 0 then 1 else 0 end) as events,
    sum(outcome_value) as total,
    sum(cast(outcome_value as decimal(19, 4)) * outcome_value) as squares,
    sum(revenue_before) as before_total,
    sum(cast(revenue_before as decimal(19, 4)) * revenue_before) as before_squares,
    sum(cast(outcome_value as decimal(19, 4)) * revenue_before) as products
from outcomes
group by action, assignment, variant, is_control, horizon_days, outcome
