{%- set double = post_purchase_gate.type_double() %}
-- The smallest true effect that an experiment of the planned length would find in four of five cases, from what the shop's own customers did.
with

shares as (
    {%- for share in var('experiment_plan_shares') %}
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
        cast(total as {{ double }}) / customers as base_mean,
        sqrt({{ post_purchase_gate.variance_of('customers', 'cast(total as ' ~ double ~ ')', 'cast(squares as ' ~ double ~ ')') }}) as deviation
    from {{ ref('int_experiment_sums') }}
    where assignment = 'plan'
),

planned as (
    select
        experiments.action,
        base.*,
        shares.holdout_share,
        coalesce(reach.reached_customers, 0) / cast(base.customers as {{ double }}) as reached_share,
        case
            when base.unknown_customers = 0
                then {{ post_purchase_gate.z_power_80() }} * base.deviation * sqrt(
                    1 / (base.customers * shares.holdout_share) + 1 / (base.customers * (1 - shares.holdout_share))
                )
        end as effect
    from {{ ref('experiments') }} as experiments
    cross join base
    inner join {{ ref('experiment_outcomes') }} as outcomes
        on base.outcome = outcomes.outcome
    cross join shares
    left join {{ ref('int_experiment_plan_reach') }} as reach
        on experiments.action = reach.action and base.horizon_days = reach.horizon_days
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
    cast(effect as decimal(18, 6)) as minimum_detectable_effect,
    cast(effect / nullif(base_mean, 0) as decimal(18, 6)) as minimum_detectable_effect_relative,
    cast(effect / nullif(reached_share, 0) as decimal(18, 6)) as minimum_detectable_effect_on_reached
from planned
