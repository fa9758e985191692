{%- set string = dbt.type_string() -%}
-- What another order of offers would have earned, from the choices that the log left to chance, before it is in force. All rows that can be read share the error of 5 %.
with

choices as (
    select * from {{ ref('int_offer_outcomes') }}
),

candidates as (
    select * from {{ ref('int_offer_candidates') }}
),

{{ post_purchase_gate.policy_values('choices', 'candidates') }},

unknown as (
    select
        horizon_days,
        sum(unknown_orders) as unknown_orders
    from choices
    group by horizon_days
),

judged as (
    select
        policy_values.*,
        case
            when unknown.unknown_orders > 0 then 'unknown_values'
            when policy_values.expected_events < {{ var('experiment_min_events') }} then 'too_few_events'
        end as reason
    from policy_values
    inner join unknown
        on policy_values.horizon_days = unknown.horizon_days
),

shared as (
    select
        *,
        sqrt({{ post_purchase_gate.z_squared_shared('count(*) over (partition by reason)') }}) * difference_error as half_width
    from judged
)

select
    cast({{ post_purchase_gate.text_key(['policy', 'horizon_days']) }} as {{ string }}) as offer_policy_value_id,
    {{ post_purchase_gate.as_of() }} as as_of,
    cast('{{ var("reporting_currency") }}' as {{ string }}) as reporting_currency,
    cast(policy as {{ string }}) as policy,
    cast(horizon_days as integer) as horizon_days,
    cast(choices as bigint) as choices,
    cast(persons as bigint) as persons,
    cast(matches as bigint) as matches,
    cast(expected_events as decimal(18, 4)) as expected_events,
    cast(case when reason is null then outcome_mean end as decimal(18, 6)) as profit_in_force,
    cast(case when reason is null then policy_mean end as decimal(18, 6)) as profit_of_policy,
    cast(case when reason is null then difference end as decimal(18, 6)) as difference,
    cast(case when reason is null then difference - half_width end as decimal(18, 6)) as difference_lower,
    cast(case when reason is null then difference + half_width end as decimal(18, 6)) as difference_upper,
    cast(case
        when reason is not null then 'cannot tell'
        when difference - half_width > 0 then 'better'
        when difference + half_width < 0 then 'worse'
        else 'cannot tell'
    end as {{ string }}) as verdict,
    cast(reason as {{ string }}) as reason
from shared
