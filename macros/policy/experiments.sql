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

{#- The normal quantile of a 95 % interval. -#}
{% macro z_95() -%}1.959963984540054{%- endmacro %}

{#- 80 % of experiments find what lies so many standard errors beyond the bound. -#}
{% macro z_80() -%}0.841621233572914{%- endmacro %}

{#- The square of the normal quantile at 5 % shared by so many comparisons, both sides: within 0.3 % of it up to ten of them. -#}
{% macro z_squared_shared(comparisons) -%}
    (3.841458820694124 + 1.75 * ln({{ comparisons }}))
{%- endmacro %}

{#-
    By how much wider than the interval of its row the word of a planned look is: the looks before it, which hold whenever one looks, take a fifth of the
    error of 5 %, and what is compared with it shares the rest.
-#}
{% macro planned_width(comparisons='1.0') -%}
    (sqrt({{ post_purchase_gate.z_squared_shared('(1.25 * ' ~ comparisons ~ ')') }}) / {{ post_purchase_gate.z_95() }})
{%- endmacro %}

{#-
    One of Newton's steps towards the log odds at which the mixture gives 20 to 1 against a share of control among those who bought, over the
    columns mixture (less ln 20), control_events and events.
-#}
{% macro mixture_step(odds) -%}
    {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(
        {{ odds }} - (mixture - control_events * {{ odds }} + events * ln(1 + exp({{ odds }})))
        / nullif(events / (1 + exp(-1 * {{ odds }})) - control_events, 0), -30
    ), 30)
{%- endmacro %}

{#-
    The smallest true difference that four of five experiments find at the planned look, with the reading's own interval, as a chain of common table expressions from
    `source` (n_c, n_t, measure, good, base_mean, deviation, event_share, and what is carried along) to `planned` with detectable_effect.
    Newcombe's half width depends on the difference itself, so that the equation is solved by stepping; that it moves with the counts is in
    the spread. Null where a reading would not be given in 49 of 50 experiments, or where no difference of that size is possible.
-#}
{% macro detectable_difference(source, steps=8) -%}
{%- set z = post_purchase_gate.z_95() %}
detectable_0 as (
    select
        *,
        ({{ post_purchase_gate.z_95() }} * {{ post_purchase_gate.planned_width() }} + {{ post_purchase_gate.z_80() }}) * deviation * sqrt(1 / n_c + 1 / n_t) as tried_0,
        {{ post_purchase_gate.wilson_lower('(n_c * base_mean)', 'n_c') }} as base_lower,
        {{ post_purchase_gate.wilson_upper('(n_c * base_mean)', 'n_c') }} as base_upper
    from {{ source }}
),

{%- for step in range(1, steps + 1) %}

treated_{{ step }} as {{ post_purchase_gate.computed_once() }} (
    select
        *,
        case when measure = 'rate' then {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(base_mean + good * tried_{{ step - 1 }}, 0), 1) end as treated_{{ step }}
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
            when spread_{{ step }} > 0 then {{ post_purchase_gate.planned_width() }} * sqrt(
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
        + n_t * case when measure = 'rate' then {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(base_mean + good * tried_{{ steps }}, 0), 1) else event_share end as events_foreseen
    from detectable_{{ steps }}
),

planned as (
    select
        *,
        case
            when events_foreseen - 2 * sqrt(events_foreseen) < {{ var('experiment_min_events') }} * (n_c + n_t) / {{ post_purchase_gate.least() }}(n_c, n_t) then null
            when measure = 'rate' and (base_mean + good * tried_{{ steps }} <= 0 or base_mean + good * tried_{{ steps }} >= 1) then null
            else tried_{{ steps }}
        end as detectable_effect
    from foreseen
)
{%- endmacro %}

{#- Whether the log takes an entry for an offer that stands in another draw: where a share of choice is left to chance, once the log has the column. -#}
{% macro logs_draws() -%}
    {%- if not execute or var('exploration_share') == 0 or not post_purchase_gate.adds_to_served() -%}{{ return(false) }}{%- endif -%}
    {{ return('choice_id' in (adapter.get_columns_in_relation(this) | map(attribute='name') | list)) }}
{%- endmacro %}

{#-
    What the outcome of a choice would have been had a candidate order of offers made it, as a chain of common table expressions from `choices` (horizon_days, choice_id, person_id, fold
    0 or 1, chosen_action, propensity, outcome) and `candidates` (policy, choice_id, target_action, target_propensity) to `policy_values` (policy, horizon_days, choices, matches,
    expected_events, outcome_mean, policy_mean, difference, difference_error).

    Doubly robust: what the offers of this kind brought in the other half of the choices, and where the candidate would have chosen what was chosen, how far the outcome was from that, over the propensity. The
    propensities are known, so that it is right on average whatever the first part says. A person's choices vary together. Where the candidate chooses what was rarely chosen, few outcomes carry the weight, and
    those that were not seen yet show no variance: the error is at least the one that outcomes like all of them have under these propensities. Of as many outcomes as are expected
    to speak against the odds the reading needs a minimum (expected_events).
-#}
{% macro policy_values(choices, candidates) -%}
{%- set double = post_purchase_gate.type_double() -%}
    fold_means as (
        select
            horizon_days,
            1 - fold as fold,
            avg(cast(outcome as {{ double }})) as mean_outcome,
            avg(cast(outcome as {{ double }}) * outcome) as mean_square,
            avg(case when outcome <> 0 then 1.0 else 0.0 end) as event_share
        from {{ choices }}
        group by horizon_days, fold
    ),

    offer_means as (
        select
            horizon_days,
            1 - fold as fold,
            chosen_action as action,
            cast(count(*) as {{ double }}) as choices,
            sum(cast(outcome as {{ double }})) as total
        from {{ choices }}
        group by horizon_days, fold, chosen_action
    ),

    -- an offer that was hardly ever chosen brings about what the others do
    judged_choices as (
        select
            candidates.policy,
            choices.horizon_days,
            choices.choice_id,
            choices.person_id,
            cast(choices.outcome as {{ double }}) as outcome,
            case when candidates.target_action = choices.chosen_action then 1 else 0 end as is_match,
            cast(candidates.target_propensity as {{ double }}) as target_propensity,
            fold_means.event_share,
            {{ post_purchase_gate.greatest() }}(fold_means.mean_square - fold_means.mean_outcome * fold_means.mean_outcome, 0) as outcome_variance,
            case when candidates.target_action = choices.chosen_action then 1 / cast(choices.propensity as {{ double }}) else 0 end as weight,
            (coalesce(target_means.total, 0) + 10 * coalesce(fold_means.mean_outcome, 0)) / (coalesce(target_means.choices, 0) + 10) as target_guess,
            (coalesce(chosen_means.total, 0) + 10 * coalesce(fold_means.mean_outcome, 0)) / (coalesce(chosen_means.choices, 0) + 10) as chosen_guess
        from {{ choices }} as choices
        inner join {{ candidates }} as candidates
            on choices.choice_id = candidates.choice_id
        left join fold_means
            on choices.horizon_days = fold_means.horizon_days and choices.fold = fold_means.fold
        left join offer_means as target_means
            on choices.horizon_days = target_means.horizon_days and choices.fold = target_means.fold and candidates.target_action = target_means.action
        left join offer_means as chosen_means
            on choices.horizon_days = chosen_means.horizon_days and choices.fold = chosen_means.fold and choices.chosen_action = chosen_means.action
    ),

    person_scores as (
        select
            policy,
            horizon_days,
            person_id,
            cast(count(*) as {{ double }}) as choices,
            sum(is_match) as matches,
            sum(target_propensity * (1 - target_propensity) * event_share) as expected_events,
            sum(outcome_variance * (1 - target_propensity) / target_propensity) as least_variance,
            sum(outcome) as outcome,
            sum(target_guess + weight * (outcome - chosen_guess)) as score
        from judged_choices
        group by policy, horizon_days, person_id
    ),

    policy_means as (
        select
            policy,
            horizon_days,
            sum(choices) as choices,
            cast(count(*) as {{ double }}) as persons,
            sum(matches) as matches,
            sum(expected_events) as expected_events,
            sum(least_variance) as least_variance,
            sum(outcome) / sum(choices) as outcome_mean,
            sum(score) / sum(choices) as policy_mean
        from person_scores
        group by policy, horizon_days
    ),

    policy_values as (
        select
            means.policy,
            means.horizon_days,
            means.choices,
            means.persons,
            means.matches,
            means.expected_events,
            means.outcome_mean,
            means.policy_mean,
            means.policy_mean - means.outcome_mean as difference,
            sqrt({{ post_purchase_gate.greatest() }}(
                sum(power(scores.score - scores.outcome - scores.choices * (means.policy_mean - means.outcome_mean), 2))
                * means.persons / nullif(means.persons - 1, 0), means.least_variance
            )) / means.choices as difference_error
        from person_scores as scores
        inner join policy_means as means
            on scores.policy = means.policy and scores.horizon_days = means.horizon_days
        group by
            means.policy, means.horizon_days, means.choices, means.persons, means.matches, means.expected_events, means.least_variance,
            means.outcome_mean, means.policy_mean
    )
{%- endmacro %}
