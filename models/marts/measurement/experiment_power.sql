{%- set double = post_purchase_gate.type_double() %}
-- The smallest true effect that an experiment of the planned length would find in four of five cases, from what the shop's own customers did.
with

shares as (
    {%- for share in post_purchase_gate.list_var('experiment_plan_shares') %}
    select cast({{ share }} as {{ double }}) as holdout_share
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

base as (
    select
        horizon_days,
        outcome,
        customers,
        unknown_customers,
        cast(customers as {{ double }}) as n,
        cast(events as {{ double }}) as events,
        cast(total as {{ double }}) / customers as seen_mean,
        sqrt({{ post_purchase_gate.variance_of('customers', 'cast(total as ' ~ double ~ ')', 'cast(squares as ' ~ double ~ ')') }}) as seen_deviation
    from {{ ref('int_experiment_sums') }}
    where assignment = 'plan'
),

sized as (
    select
        experiments.action,
        base.*,
        outcomes.measure,
        case when outcomes.better_when = 'lower' then -1 else 1 end as good,
        shares.holdout_share,
        base.n * shares.holdout_share as n_c,
        base.n * (1 - shares.holdout_share) as n_t,
        coalesce(reach.reached_customers, 0) / base.n as reached_share,
        -- a rate that was seen among few customers, or never, is taken to be nearer what such rates are
        case
            when outcomes.measure = 'rate'
                then (base.events + {{ var('experiment_prior_customers') }} * outcomes.prior_mean) / (base.n + {{ var('experiment_prior_customers') }})
            else base.seen_mean
        end as base_mean
    from {{ ref('experiments') }} as experiments
    cross join base
    inner join {{ ref('experiment_outcomes') }} as outcomes
        on base.outcome = outcomes.outcome
    cross join shares
    left join {{ ref('int_experiment_plan_reach') }} as reach
        on experiments.action = reach.action and base.horizon_days = reach.horizon_days
),

spread as (
    select
        *,
        case when measure = 'rate' then sqrt(base_mean * (1 - base_mean)) else seen_deviation end as deviation,
        case when measure = 'rate' then base_mean else events / n end as event_share
    from sized
),

{{ post_purchase_gate.detectable_difference('spread') }},

effects as (
    select
        *,
        case when unknown_customers = 0 then detectable_effect end as effect
    from planned
)

select
    cast({{ post_purchase_gate.text_key(['action', 'outcome', 'horizon_days', 'cast(holdout_share as decimal(9, 6))']) }} as {{ dbt.type_string() }})
        as experiment_power_id,
    cast({{ post_purchase_gate.as_of() }} as {{ dbt.type_timestamp() }}) as as_of,
    cast(action as {{ dbt.type_string() }}) as action,
    cast(outcome as {{ dbt.type_string() }}) as outcome,
    cast(horizon_days as integer) as horizon_days,
    cast(holdout_share as decimal(9, 6)) as holdout_share,
    cast({{ var('experiment_plan_weeks') }} as integer) as weeks,
    cast(customers as bigint) as customers,
    cast(reached_share as decimal(9, 6)) as reached_share,
    cast(case when unknown_customers = 0 then base_mean end as decimal(18, 6)) as base_mean,
    cast(case when unknown_customers = 0 then deviation end as decimal(18, 6)) as standard_deviation,
    unknown_customers = 0 and effect is null as is_too_small,
    cast(effect as decimal(18, 6)) as minimum_detectable_effect,
    cast(effect / nullif(base_mean, 0) as decimal(18, 6)) as minimum_detectable_effect_relative,
    cast(effect / nullif(reached_share, 0) as decimal(18, 6)) as minimum_detectable_effect_on_reached
from effects
