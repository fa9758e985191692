{#-
    The outcomes that experiments are read on: the column of int_experiment_values and the feed that tells. What they mean and which way is
    better is in the seed experiment_outcomes.
-#}
{% macro experiment_outcomes() -%}
    {{ return({
        'second_purchase': 'orders', 'revenue': 'orders', 'contribution_profit': 'orders', 'refund_request': 'refunds',
        'unsubscribe': 'consents', 'complaint': 'messages', 'site_visit': 'site_events',
    }) }}
{%- endmacro %}

{#- The normal quantile of a 95 % interval, and what is added to it so that a true effect is found in 80 % of experiments. -#}
{% macro z_95() -%}1.959963984540054{%- endmacro %}

{% macro z_power_80() -%}2.801585218112969{%- endmacro %}

{#- 80 % of experiments find what lies so many standard errors beyond the bound. -#}
{% macro z_80() -%}0.841621233572914{%- endmacro %}

{#- The square of the normal quantile at 5 % shared by so many comparisons, both sides: within 0.3 % of it up to ten of them. -#}
{% macro z_squared_shared(comparisons) -%}
    (3.841458820694124 + 1.75 * ln({{ comparisons }}))
{%- endmacro %}

{#-
    One of Newton's steps towards the log odds at which the mixture gives 20 to 1 against a share of control among those who bought, over the
    columns mixture (less ln 20), control_events and events.
-#}
{% macro mixture_step(odds) -%}
    least(greatest(
        {{ odds }} - (mixture - control_events * {{ odds }} + events * ln(1 + exp({{ odds }})))
        / nullif(events / (1 + exp(-1 * {{ odds }})) - control_events, 0), -30
    ), 30)
{%- endmacro %}

{#-
    The smallest true difference that four of five experiments find with the reading's own interval, as a chain of common table expressions from
    `source` (n_c, n_t, measure, good, base_mean, deviation, event_share, and what is carried along) to `planned` with detectable_effect.
    Newcombe's half width depends on the difference itself, so that the equation is solved by stepping; that it moves with the counts is in
    the spread. Null where a reading would not be given in 49 of 50 experiments, or where no difference of that size is possible.
-#}
{% macro detectable_difference(source, steps=8) -%}
{%- set z = post_purchase_gate.z_95() %}
detectable_0 as (
    select
        *,
        {{ post_purchase_gate.z_power_80() }} * deviation * sqrt(1 / n_c + 1 / n_t) as tried_0,
        {{ post_purchase_gate.wilson_lower('(n_c * base_mean)', 'n_c') }} as base_lower,
        {{ post_purchase_gate.wilson_upper('(n_c * base_mean)', 'n_c') }} as base_upper
    from {{ source }}
),

{%- for step in range(1, steps + 1) %}

treated_{{ step }} as {{ post_purchase_gate.computed_once() }} (
    select
        *,
        case when measure = 'rate' then least(greatest(base_mean + good * tried_{{ step - 1 }}, 0), 1) end as treated_{{ step }}
    from detectable_{{ step - 1 }}
),

spread_{{ step }} as {{ post_purchase_gate.computed_once() }} (
    select
        *,
        sqrt(base_mean * (1 - base_mean) / n_c + treated_{{ step }} * (1 - treated_{{ step }}) / n_t) as spread_{{ step }}
    from treated_{{ step }}
),

detectable_{{ step }} as {{ post_purchase_gate.computed_once() }} (
    select
        *,
        case
            when measure <> 'rate' then tried_0
            when spread_{{ step }} > 0 then sqrt(
                power(case
                    when good > 0 then treated_{{ step }} - {{ post_purchase_gate.wilson_lower('(n_t * treated_' ~ step ~ ')', 'n_t') }}
                    else {{ post_purchase_gate.wilson_upper('(n_t * treated_' ~ step ~ ')', 'n_t') }} - treated_{{ step }}
                end, 2)
                + power(case when good > 0 then base_upper - base_mean else base_mean - base_lower end, 2)
            ) + {{ post_purchase_gate.z_80() }} * sqrt(
                base_mean * (1 - base_mean) / n_c
                * power(1 + good * {{ z }} / 2 * (1 - 2 * base_mean) / (n_c * spread_{{ step }}), 2)
                + treated_{{ step }} * (1 - treated_{{ step }}) / n_t
                * power(1 - good * {{ z }} / 2 * (1 - 2 * treated_{{ step }}) / (n_t * spread_{{ step }}), 2)
            )
        end as tried_{{ step }}
    from spread_{{ step }}
),
{%- endfor %}

foreseen as (
    select
        *,
        n_c * event_share
        + n_t * case when measure = 'rate' then least(greatest(base_mean + good * tried_{{ steps }}, 0), 1) else event_share end as events_foreseen
    from detectable_{{ steps }}
),

planned as (
    select
        *,
        case
            when events_foreseen - 2 * sqrt(events_foreseen) < {{ var('experiment_min_events') }} * (n_c + n_t) / least(n_c, n_t) then null
            when measure = 'rate' and (base_mean + good * tried_{{ steps }} <= 0 or base_mean + good * tried_{{ steps }} >= 1) then null
            else tried_{{ steps }}
        end as detectable_effect
    from foreseen
)
{%- endmacro %}
