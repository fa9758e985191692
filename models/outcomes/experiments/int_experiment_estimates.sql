-- Treatment less control, plain and adjusted for what customers had spent before (CUPED: theta is the pooled slope of the outcome on it, the
-- same for both groups, so that the adjustment moves no difference on average). A small group that has seen no large order yet shows less
-- variance than it has: what a reading rests on takes at least that of both groups together.
{%- set double = post_purchase_gate.type_double() %}
{%- set greatest = post_purchase_gate.greatest() %}
with

moments as (
    select
        action,
        assignment,
        variant,
        is_control,
        horizon_days,
        outcome,
        customers,
        unknown_customers,
        cast(customers as {{ double }}) as n,
        cast(events as {{ double }}) as events,
        cast(total as {{ double }}) as total,
        cast(squares as {{ double }}) as squares,
        cast(total as {{ double }}) / customers as mean,
        cast(before_total as {{ double }}) / customers as before_mean,
        {{ post_purchase_gate.variance_of('customers', 'cast(total as ' ~ double ~ ')', 'cast(squares as ' ~ double ~ ')') }} as variance,
        {{ post_purchase_gate.variance_of('customers', 'cast(before_total as ' ~ double ~ ')', 'cast(before_squares as ' ~ double ~ ')') }}
            as before_variance,
        (cast(products as {{ double }}) - cast(total as {{ double }}) * cast(before_total as {{ double }}) / customers)
        / nullif(cast(customers - 1 as {{ double }}), 0) as covariance
    from {{ ref('int_experiment_sums') }}
    where assignment <> 'plan'
),

pairs as (
    select
        treatment.action,
        treatment.assignment,
        treatment.variant,
        treatment.horizon_days,
        treatment.outcome,
        control.customers as control_customers,
        treatment.customers as treatment_customers,
        control.unknown_customers + treatment.unknown_customers as unknown_customers,
        control.events as control_events,
        treatment.events as treatment_events,
        control.mean as control_mean,
        treatment.mean as treatment_mean,
        control.n as n_c,
        treatment.n as n_t,
        control.variance as var_c,
        treatment.variance as var_t,
        {{ greatest }}(
            control.squares + treatment.squares
            - (control.total + treatment.total) * (control.total + treatment.total) / (control.n + treatment.n), 0
        ) as spread_squares,
        control.before_variance as before_var_c,
        treatment.before_variance as before_var_t,
        control.covariance as cov_c,
        treatment.covariance as cov_t,
        treatment.before_mean - control.before_mean as before_difference,
        ((control.n - 1) * control.covariance + (treatment.n - 1) * treatment.covariance)
        / nullif((control.n - 1) * control.before_variance + (treatment.n - 1) * treatment.before_variance, 0) as theta
    from moments as treatment
    inner join moments as control
        on
            treatment.action = control.action
            and treatment.assignment = control.assignment
            and treatment.horizon_days = control.horizon_days
            and treatment.outcome = control.outcome
    where control.is_control and not treatment.is_control
),

residuals as (
    select
        *,
        spread_squares / nullif(n_c + n_t - 1, 0) as var_both,
        var_c - 2 * theta * cov_c + theta * theta * before_var_c as residual_c,
        var_t - 2 * theta * cov_t + theta * theta * before_var_t as residual_t
    from pairs
),

adjusted as (
    select
        *,
        ((n_c - 1) * residual_c + (n_t - 1) * residual_t) / nullif(n_c + n_t - 2, 0) as residual_both
    from residuals
),

estimates as (
    select
        *,
        treatment_mean - control_mean as difference,
        sqrt(var_c / n_c + var_t / n_t) as standard_error,
        sqrt({{ greatest }}(var_c, var_both) / n_c + {{ greatest }}(var_t, var_both) / n_t) as reading_error,
        sqrt(var_both) as standard_deviation,
        treatment_mean - control_mean - theta * before_difference as adjusted_difference,
        sqrt({{ greatest }}(residual_c / n_c + residual_t / n_t, case when theta is not null then 0 end)) as adjusted_standard_error,
        sqrt({{ greatest }}(
            {{ greatest }}(residual_c, residual_both) / n_c + {{ greatest }}(residual_t, residual_both) / n_t, case when theta is not null then 0 end
        )) as adjusted_reading_error
    from adjusted
)

select
    action,
    assignment,
    variant,
    horizon_days,
    outcome,
    -- the mean of the known values is not the mean; to nine decimals: the last digits of a double are the machine's
    {%- for estimate in [
        'control_events', 'treatment_events', 'control_mean', 'treatment_mean', 'difference', 'standard_error', 'reading_error',
        'standard_deviation', 'spread_squares', 'adjusted_difference', 'adjusted_standard_error', 'adjusted_reading_error',
    ] %}
    case when unknown_customers = 0 then cast(cast({{ estimate }} as decimal(28, 9)) as {{ double }}) end as {{ estimate }},
    {%- endfor %}
    control_customers,
    treatment_customers,
    unknown_customers
from estimates
