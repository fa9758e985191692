-- The lift in second purchases that a hold-out has shown for an action, per customer who was sent it: at its decisive horizon, in its largest
-- treatment, by what holds at every look alone, since this is read at every build. What crosses a bound first has crossed it by luck too:
-- the lift is drawn towards nothing as far as effects of its kind are small. No row: no experiment has shown anything, and pairs stay
-- observational. It is known at as_of only, so where nothing live is decided nobody may read it.
{%- set double = post_purchase_gate.type_double() %}
{%- if not post_purchase_gate.decides(['live']) %}
select
    cast(null as {{ dbt.type_string() }}) as action,
    cast(null as decimal(18, 9)) as incremental_probability,
    cast(null as decimal(18, 9)) as treated_probability,
    cast(null as decimal(18, 9)) as distance
where 1 = 0
{%- else %}
with

shown as (
    select
        action,
        assignment,
        variant,
        horizon_days,
        cast(control_mean as {{ double }}) as control_mean,
        cast(difference as {{ double }}) as difference,
        power(cast(reading_error as {{ double }}), 2) as error_variance,
        power({{ post_purchase_gate.least() }}(
            {{ var('experiment_prior_lift') }} * cast(control_events + treatment_events as {{ double }}) / (control_customers + treatment_customers),
            {{ var('experiment_prior_lift_at_most') }}
        ), 2) as effect_variance,
        row_number() over (partition by action order by treatment_customers desc, assignment asc, variant asc) as preference
    from {{ ref('int_experiment_lift') }}
    where outcome = 'second_purchase' and is_decisive and anytime_verdict in ('better', 'worse')
),

reach as (
    select
        action,
        assignment,
        variant,
        is_control,
        horizon_days,
        cast(reached_customers as {{ double }}) / customers as reached_share
    from {{ ref('int_experiment_reach') }}
),

reached as (
    select
        shown.*,
        treatment.reached_share - coalesce(control.reached_share, 0) as reached_share
    from shown
    inner join reach as treatment
        on
            shown.action = treatment.action
            and shown.assignment = treatment.assignment
            and shown.variant = treatment.variant
            and shown.horizon_days = treatment.horizon_days
            and not treatment.is_control
    left join reach as control
        on
            shown.action = control.action
            and shown.assignment = control.assignment
            and shown.horizon_days = control.horizon_days
            and control.is_control
    where shown.preference = 1
)

select
    action,
    cast(difference * effect_variance / (effect_variance + error_variance) / reached_share as decimal(18, 9)) as incremental_probability,
    cast({{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(
        control_mean + difference * effect_variance / (effect_variance + error_variance) / reached_share, 0
    ), 1) as decimal(18, 9)) as treated_probability,
    -- to the 90 % bounds, as those of the pairs
    cast(1.645 * sqrt(effect_variance * error_variance / (effect_variance + error_variance)) / reached_share as decimal(18, 9)) as distance
from reached
-- an effect of what next to nobody was sent is not the action's
where reached_share >= {{ var('experiment_min_reach') }}
{%- endif %}
