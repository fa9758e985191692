-- What each experiment says: treatment less control with its intervals, and whether that may be read at all. One row of each experiment decides,
-- at its planned end by the interval for one look (of whose error the looks before take a fifth), before it and without one by what holds at every look; the others speak only as
-- the e-values of them all together allow (e-BH).
{%- set double = post_purchase_gate.type_double() %}
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
with

evidence as (
    select
        *,
        control_events + treatment_events as events,
        n_c + n_t as n,
        {%- for bound in ['lower', 'upper'] %}
        {%- for group in ['control', 'treatment'] %}
        {%- set wilson = post_purchase_gate.wilson_lower if bound == 'lower' else post_purchase_gate.wilson_upper %}
        case when measure = 'rate' then {{ wilson(group ~ '_events', 'n_' ~ group[0]) }} end as {{ group }}_{{ bound }},
        {%- endfor %}
        {%- endfor %}
        standard_deviation as deviation
    from {{ ref('int_experiment_evidence') }}
),

-- what another experiment of this size could find, from the rate seen so far and what such rates are elsewhere
sized as (
    select
        *,
        case
            when measure = 'rate'
                then (events + {{ var('experiment_prior_customers') }} * prior_mean) / (n + {{ var('experiment_prior_customers') }})
            else events / n
        end as event_share,
        case
            when measure = 'rate'
                then (events + {{ var('experiment_prior_customers') }} * prior_mean) / (n + {{ var('experiment_prior_customers') }})
        end as base_mean
    from evidence
),

{{ post_purchase_gate.detectable_difference('sized') }},

bounded as (
    select
        *,
        case
            when measure = 'rate' then {{ post_purchase_gate.newcombe_lower('treatment_mean', 'treatment_lower', 'control_mean', 'control_upper') }}
            else difference - {{ post_purchase_gate.z_95() }} * reading_error
        end as difference_lower,
        case
            when measure = 'rate' then {{ post_purchase_gate.newcombe_upper('treatment_mean', 'treatment_upper', 'control_mean', 'control_lower') }}
            else difference + {{ post_purchase_gate.z_95() }} * reading_error
        end as difference_upper,
        {{ least }}(n_c, n_t) * case when measure = 'rate' then {{ least }}(events, n - events) else events end / n as events_expected
    from planned
),

judged as (
    select
        bounded.*,
        coalesce(
            bounded.horizon_days = experiments.horizon_days and bounded.outcome = coalesce(experiments.decision_metric, 'second_purchase'), false
        ) as is_decisive,
        coalesce(
            {{ post_purchase_gate.add_days('experiments.horizon_days', 'experiments.ends_at') }} <= {{ post_purchase_gate.as_of() }}, false
        ) as is_planned_look,
        cast(case
            when bounded.assignment = 'drawn' then experiments.holdout_share
            else coalesce(experiments.assigned_control_share, 0.5)
        end as {{ double }}) as planned_control_share
    from bounded
    left join {{ ref('experiments') }} as experiments
        on bounded.action = experiments.action
),

tested as (
    select
        *,
        {{ post_purchase_gate.sample_ratio_chi_square('control_customers', 'treatment_customers', 'planned_control_share') }} as chi_square,
        {{ post_purchase_gate.label_log_evidence('n_c', 'n', 'planned_control_share', post_purchase_gate.sample_ratio_weight()) }}
            as sample_ratio_log_evidence
    from judged
),

read as (
    select
        *,
        case
            when sample_ratio_log_evidence >= ln({{ post_purchase_gate.sample_ratio_stop() }}) then 'sample_ratio'
            when unknown_customers > 0 then 'unknown_values'
            when events_expected < {{ var('experiment_min_events') }} then 'too_few_events'
        end as reason
    from tested
),

ranked as (
    select
        *,
        row_number() over (
            partition by action, assignment, is_decisive, reason
            order by log_evidence desc, outcome asc, horizon_days asc, variant asc
        ) as evidence_rank,
        count(*) over (partition by action, assignment, is_decisive, reason) as comparisons
    from read
),

accepted as (
    select
        *,
        max(case when log_evidence >= {{ post_purchase_gate.log_evidence_needed('comparisons', 'evidence_rank') }} then evidence_rank else 0 end) over (
            partition by action, assignment, is_decisive, reason
        ) as accepted_ranks
    from ranked
),

worded as (
    select
        *,
        {{ post_purchase_gate.planned_width('comparisons') }} as shared_width,
        case
            when reason in ('sample_ratio', 'unknown_values') then 'blocked'
            when reason is not null or evidence_rank > accepted_ranks then 'cannot tell'
            when good * difference > 0 then 'better'
            when good * difference < 0 then 'worse'
            else 'cannot tell'
        end as anytime_verdict
    from accepted
)

select
    cast(action as {{ dbt.type_string() }}) as action,
    cast(assignment as {{ dbt.type_string() }}) as assignment,
    cast(variant as {{ dbt.type_string() }}) as variant,
    cast(outcome as {{ dbt.type_string() }}) as outcome,
    cast(better_when as {{ dbt.type_string() }}) as better_when,
    cast(horizon_days as integer) as horizon_days,
    is_decisive,
    is_decisive and is_planned_look as is_planned_look,
    cast(control_customers as bigint) as control_customers,
    cast(treatment_customers as bigint) as treatment_customers,
    cast(unknown_customers as bigint) as unknown_customers,
    cast(control_events as bigint) as control_events,
    cast(treatment_events as bigint) as treatment_events,
    cast(planned_control_share as decimal(9, 6)) as planned_control_share,
    cast(chi_square as decimal(18, 6)) as sample_ratio_chi_square,
    cast({{ post_purchase_gate.chi_square_p_value('chi_square') }} as decimal(9, 6)) as sample_ratio_p_value,
    cast({{ post_purchase_gate.p_of_log_evidence('sample_ratio_log_evidence') }} as decimal(9, 6)) as sample_ratio_anytime_p_value,
    cast(control_mean as decimal(18, 6)) as control_mean,
    cast(treatment_mean as decimal(18, 6)) as treatment_mean,
    cast(difference as decimal(18, 6)) as difference,
    cast(standard_error as decimal(18, 8)) as standard_error,
    cast(reading_error as decimal(18, 8)) as reading_error,
    cast(difference_lower as decimal(18, 6)) as difference_lower,
    cast(difference_upper as decimal(18, 6)) as difference_upper,
    -- whoever looks always cannot know more than whoever looks once
    cast({{ least }}(anytime_lower, difference_lower) as decimal(18, 6)) as anytime_lower,
    cast({{ greatest }}(anytime_upper, difference_upper) as decimal(18, 6)) as anytime_upper,
    cast({{ post_purchase_gate.p_of_log_evidence('log_evidence') }} as decimal(9, 6)) as anytime_p_value,
    cast(adjusted_difference as decimal(18, 6)) as adjusted_difference,
    cast(adjusted_standard_error as decimal(18, 8)) as adjusted_standard_error,
    cast(adjusted_difference - {{ post_purchase_gate.z_95() }} * adjusted_reading_error as decimal(18, 6)) as adjusted_lower,
    cast(adjusted_difference + {{ post_purchase_gate.z_95() }} * adjusted_reading_error as decimal(18, 6)) as adjusted_upper,
    cast(detectable_effect as decimal(18, 6)) as minimum_detectable_effect,
    cast(reason as {{ dbt.type_string() }}) as reason,
    cast(case
        when reason is not null or not is_decisive or not is_planned_look then anytime_verdict
        when difference - shared_width * (difference - difference_lower) > 0 then case when good > 0 then 'better' else 'worse' end
        when difference + shared_width * (difference_upper - difference) < 0 then case when good > 0 then 'worse' else 'better' end
        else 'cannot tell'
    end as {{ dbt.type_string() }}) as verdict,
    cast(anytime_verdict as {{ dbt.type_string() }}) as anytime_verdict
from worded
