-- What each experiment says: treatment less control with its intervals, and whether that may be read at all.
{%- set z = post_purchase_gate.z_95() %}
{%- set double = post_purchase_gate.type_double() %}
{%- set anytime = post_purchase_gate.anytime_half_width(
    'estimates.standard_error', var('experiment_effect_deviation') ~ ' * estimates.standard_deviation') %}
with

judged as (
    select
        estimates.*,
        outcomes.better_when,
        experiments.horizon_days as decisive_horizon_days,
        cast(case
            when estimates.assignment = 'drawn' then experiments.holdout_share
            else coalesce(experiments.assigned_control_share, 0.5)
        end as {{ double }}) as planned_control_share,
        {{ anytime }} as anytime_half_width,
        case when outcomes.better_when = 'lower' then -1 else 1 end as good
    from {{ ref('int_experiment_estimates') }} as estimates
    inner join {{ ref('experiment_outcomes') }} as outcomes
        on estimates.outcome = outcomes.outcome
    left join {{ ref('experiments') }} as experiments
        on estimates.action = experiments.action
),

tested as (
    select
        *,
        {{ post_purchase_gate.sample_ratio_chi_square('control_customers', 'treatment_customers', 'planned_control_share') }} as chi_square
    from judged
),

blocked as (
    select
        *,
        {{ post_purchase_gate.chi_square_p_value('chi_square') }} as p_value,
        case
            when {{ post_purchase_gate.chi_square_p_value('chi_square') }} < 0.001 then 'sample_ratio'
            when unknown_customers > 0 then 'unknown_values'
            when least(control_customers, treatment_customers) < {{ var('experiment_min_customers') }} then 'too_few_customers'
            when standard_error = 0 then 'nothing_happened'
        end as reason
    from tested
)

select
    cast(action as {{ dbt.type_string() }}) as action,
    cast(assignment as {{ dbt.type_string() }}) as assignment,
    cast(variant as {{ dbt.type_string() }}) as variant,
    cast(outcome as {{ dbt.type_string() }}) as outcome,
    cast(better_when as {{ dbt.type_string() }}) as better_when,
    cast(horizon_days as integer) as horizon_days,
    coalesce(horizon_days = decisive_horizon_days, false) as is_decisive,
    cast(control_customers as bigint) as control_customers,
    cast(treatment_customers as bigint) as treatment_customers,
    cast(unknown_customers as bigint) as unknown_customers,
    cast(planned_control_share as decimal(9, 6)) as planned_control_share,
    cast(chi_square as decimal(18, 6)) as sample_ratio_chi_square,
    cast(p_value as decimal(9, 6)) as sample_ratio_p_value,
    cast(control_mean as decimal(18, 6)) as control_mean,
    cast(treatment_mean as decimal(18, 6)) as treatment_mean,
    cast(difference as decimal(18, 6)) as difference,
    cast(standard_error as decimal(18, 8)) as standard_error,
    cast(difference - {{ z }} * standard_error as decimal(18, 6)) as difference_lower,
    cast(difference + {{ z }} * standard_error as decimal(18, 6)) as difference_upper,
    cast(difference - anytime_half_width as decimal(18, 6)) as anytime_lower,
    cast(difference + anytime_half_width as decimal(18, 6)) as anytime_upper,
    cast(adjusted_difference as decimal(18, 6)) as adjusted_difference,
    cast(adjusted_standard_error as decimal(18, 8)) as adjusted_standard_error,
    cast(adjusted_difference - {{ z }} * adjusted_standard_error as decimal(18, 6)) as adjusted_lower,
    cast(adjusted_difference + {{ z }} * adjusted_standard_error as decimal(18, 6)) as adjusted_upper,
    cast({{ post_purchase_gate.z_power_80() }} * standard_error as decimal(18, 6)) as minimum_detectable_effect,
    cast(reason as {{ dbt.type_string() }}) as reason,
    cast(case
        when reason in ('sample_ratio', 'unknown_values') then 'blocked'
        when reason is not null then 'cannot tell'
        when good * difference - {{ z }} * standard_error > 0 then 'better'
        when good * difference + {{ z }} * standard_error < 0 then 'worse'
        else 'cannot tell'
    end as {{ dbt.type_string() }}) as verdict,
    cast(case
        when reason in ('sample_ratio', 'unknown_values') then 'blocked'
        when reason is not null then 'cannot tell'
        when good * difference - anytime_half_width > 0 then 'better'
        when good * difference + anytime_half_width < 0 then 'worse'
        else 'cannot tell'
    end as {{ dbt.type_string() }}) as anytime_verdict
from blocked
