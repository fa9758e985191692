-- What each comparison says at every look at once. Under no effect at all, the group of each customer who bought is a draw with the share of
-- control, whatever he bought: so many events in control are weighed by a beta mixture, sums of amounts by a normal one, neither of which
-- knows how often one has looked. The interval of a rate is where the mixture gives less than 20 to 1 against a share of control among
-- those who bought; Newton's steps from outside find both ends, since the logarithm is convex in the log odds.
{%- set double = post_purchase_gate.type_double() %}
{%- set weight = 'cast(' ~ var('experiment_evidence_events') ~ ' as ' ~ double ~ ')' %}
{%- set steps = 8 %}
with

comparisons as (
    select
        estimates.*,
        outcomes.better_when,
        outcomes.measure,
        outcomes.prior_mean,
        case when outcomes.better_when = 'lower' then -1 else 1 end as good,
        cast(estimates.control_customers as {{ double }}) as n_c,
        cast(estimates.treatment_customers as {{ double }}) as n_t,
        cast(estimates.control_customers as {{ double }}) / (estimates.control_customers + estimates.treatment_customers) as control_share,
        estimates.control_events + estimates.treatment_events as events
    from {{ ref('int_experiment_estimates') }} as estimates
    inner join {{ ref('experiment_outcomes') }} as outcomes
        on estimates.outcome = outcomes.outcome
),

-- how far from the groups' sizes the outcome leans to control, in its own unit
leaning as (
    select
        *,
        n_c * n_t / (n_c + n_t) as effective_customers,
        -1 * difference * n_c * n_t / (n_c + n_t) as lean,
        spread_squares * {{ post_purchase_gate.draw_variance_up('control_share') }} as variance_up,
        spread_squares * {{ post_purchase_gate.draw_variance_down('control_share') }} as variance_down,
        (control_events + 0.5) / (events + 1) as smoothed_share,
        case
            when measure = 'rate'
                then {{ post_purchase_gate.label_log_evidence('control_events', 'events', 'control_share', weight) }}
        end as label_evidence
    from comparisons
),

step_0 as (
    select
        *,
        label_evidence + control_events * ln(control_share) + (events - control_events) * ln(1 - control_share) - ln(20.0) as mixture,
        ln(smoothed_share / (1 - smoothed_share)) - 3 / sqrt((events + 1) * smoothed_share * (1 - smoothed_share)) as low_0,
        ln(smoothed_share / (1 - smoothed_share)) + 3 / sqrt((events + 1) * smoothed_share * (1 - smoothed_share)) as high_0
    from leaning
),

{%- for step in range(1, steps + 1) %}

step_{{ step }} as {{ post_purchase_gate.computed_once() }} (
    select
        *,
        {{ post_purchase_gate.mixture_step('low_' ~ (step - 1)) }} as low_{{ step }},
        {{ post_purchase_gate.mixture_step('high_' ~ (step - 1)) }} as high_{{ step }}
    from step_{{ step - 1 }}
),
{%- endfor %}

bounds as (
    select
        *,
        case when control_events > 0 then 1 / (1 + exp(-1 * low_{{ steps }})) else 0 end as share_low,
        case when control_events < events then 1 / (1 + exp(-1 * high_{{ steps }})) else 1 end as share_high
    from step_{{ steps }}
)

select
    action,
    assignment,
    variant,
    horizon_days,
    outcome,
    better_when,
    measure,
    prior_mean,
    good,
    n_c,
    n_t,
    control_customers,
    treatment_customers,
    unknown_customers,
    control_events,
    treatment_events,
    control_mean,
    treatment_mean,
    difference,
    standard_error,
    reading_error,
    standard_deviation,
    adjusted_difference,
    adjusted_standard_error,
    adjusted_reading_error,
    cast(cast(case
        when events = 0 then 0
        when measure = 'rate' then label_evidence
        else {{ post_purchase_gate.sum_log_evidence('lean', '(case when lean < 0 then variance_down else variance_up end)', 'events', weight) }}
    end as decimal(28, 9)) as {{ double }}) as log_evidence,
    cast(cast(case
        when measure = 'rate' then events / (n_c + n_t) * (control_share - share_high) / (control_share * (1 - control_share))
        else difference - {{ post_purchase_gate.anytime_half_width('variance_down', 'events', weight) }} / effective_customers
    end as decimal(28, 9)) as {{ double }}) as anytime_lower,
    cast(cast(case
        when measure = 'rate' then events / (n_c + n_t) * (control_share - share_low) / (control_share * (1 - control_share))
        else difference + {{ post_purchase_gate.anytime_half_width('variance_up', 'events', weight) }} / effective_customers
    end as decimal(28, 9)) as {{ double }}) as anytime_upper
from bounds
