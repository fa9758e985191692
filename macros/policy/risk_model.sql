{#- The factors of the negative-review risk, in the order in which the seed risk_bins lists them: each is a column of int_risk_features. -#}
{% macro risk_factors() -%}
    {{ return([
        'arrival', 'wait', 'lines', 'parcels', 'shipping_exception', 'tickets', 'damage_report', 'sizing_report', 'help_seeking', 'refund',
        'refund_of_other_line',
    ]) }}
{%- endmacro %}

{#- The ages of an order, in days, at which past reviews are looked at, youngest first. -#}
{% macro risk_ages() -%}
    {%- set ages = post_purchase_gate.list_var('risk_ages') | unique | sort -%}
    {%- if not ages -%}
        {{ exceptions.raise_compiler_error("var risk_ages is empty: name the ages of an order, in days, at which its risk is learned, such as [0, 3, 7, 14, 30].") }}
    {%- endif -%}
    {{ return(ages) }}
{%- endmacro %}

{#- The ages in days at which another of these ages becomes the nearest one. -#}
{% macro risk_age_turns() -%}
    {%- set ages = post_purchase_gate.risk_ages() -%}
    {%- set turns = [] -%}
    {%- for known in ages[:-1] -%}{%- do turns.append((known + ages[loop.index]) / 2) -%}{%- endfor -%}
    {{ return(turns) }}
{%- endmacro %}

{#- Of these ages the nearest one to an age in days: what was learned at it tells the risk. -#}
{% macro nearest_risk_age(age) -%}
    {%- set ages = post_purchase_gate.risk_ages() -%}
    {%- set turns = post_purchase_gate.risk_age_turns() -%}
    {%- if not turns -%}
        {{ ages[0] }}
    {%- else -%}
        case
            {%- for turn in turns %}
            when {{ age }} < {{ turn }} then {{ ages[loop.index0] }}
            {%- endfor %}
            else {{ ages[-1] }}
        end
    {%- endif -%}
{%- endmacro %}

{#- Whether a bin of the factor arrival is of a line that is still to arrive and not overdue. -#}
{% macro is_still_to_arrive(arrival) -%}{{ arrival }} in ('not_shipped', 'under_way'){%- endmacro %}

{#-
    The factors in the order in which the fit steps over them. Of a line that has not arrived, arrival and wait say nearly the same: what one takes the
    other gives up only little by little, so they take ten turns for each one of the others. The test risk_fit_has_converged says whether that is enough.
-#}
{% macro risk_steps() -%}
    {%- set factors = post_purchase_gate.risk_factors() -%}
    {%- set entangled = ['arrival', 'wait'] -%}
    {%- set others = factors | reject('in', entangled) | list -%}
    {{ return(factors + (entangled * 10 + others) * 3) }}
{%- endmacro %}

{#- The longest step of one round, in log-odds: Newton's step overshoots where nearly all reviews of a bin are of one kind. -#}
{% macro bounded_step(expression) -%}
    {{ post_purchase_gate.greatest() }}({{ post_purchase_gate.least() }}({{ expression }}, 2.0), -2.0)
{%- endmacro %}

{#-
    One Newton step for the intercept and all bins of one factor at once, over cells of like reviews. A cell is in one bin of the factor, so the
    step has a closed form: with G and H the gradient and curvature of the reviews of a bin, each bin's step is (R - H d) / (H + shrinkage),
    R = G - shrinkage (coefficient - prior), d the intercept's step. `cells` has reviews, negatives, log_odds, intercept and, per factor,
    its coefficient and prior (null for the reference bin, whose coefficient is zero).
-#}
{% macro risk_step(cells, factor, name) -%}
    {%- set double = post_purchase_gate.type_double() -%}
    {%- set shrinkage = var('risk_shrinkage') -%}
    {{ name }}_chances as (
        select
            *,
            1 / (1 + exp(-1 * log_odds)) as chance
        from {{ cells }}
    ),

    {{ name }}_gradients as (
        select
            *,
            reviews * chance * (1 - chance) as curvature,
            {{ post_purchase_gate.exact_sum('negatives - reviews * chance') }} over (partition by snapshot_at, age_days, is_trial) as all_gradient,
            {{ post_purchase_gate.exact_sum('reviews * chance * (1 - chance)') }} over (partition by snapshot_at, age_days, is_trial) as all_curvature,
            {{ post_purchase_gate.exact_sum('negatives - reviews * chance') }} over (partition by snapshot_at, age_days, is_trial, {{ factor }}) as bin_gradient,
            {{ post_purchase_gate.exact_sum('reviews * chance * (1 - chance)') }} over (partition by snapshot_at, age_days, is_trial, {{ factor }}) as bin_curvature
        from {{ name }}_chances
    ),

    {{ name }}_pulls as (
        select
            *,
            case when {{ factor }}_prior is not null then
                (cast(bin_gradient as {{ double }}) - {{ shrinkage }} * ({{ factor }}_coefficient - {{ factor }}_prior))
                / (cast(bin_curvature as {{ double }}) + {{ shrinkage }})
            else 0 end as alone,
            case when {{ factor }}_prior is not null then
                cast(bin_curvature as {{ double }}) / (cast(bin_curvature as {{ double }}) + {{ shrinkage }})
            else 0 end as yielding
        from {{ name }}_gradients
    ),

    {{ name }}_intercepts as (
        select
            *,
            {{ post_purchase_gate.bounded_step(
                '(cast(all_gradient as ' ~ double ~ ') - cast(' ~ post_purchase_gate.exact_sum('curvature * alone')
                ~ ' over (partition by snapshot_at, age_days, is_trial) as ' ~ double ~ ')) / (cast(all_curvature as ' ~ double ~ ') + 0.000001 - cast('
                ~ post_purchase_gate.exact_sum('curvature * yielding') ~ ' over (partition by snapshot_at, age_days, is_trial) as ' ~ double ~ '))'
            ) }} as intercept_step
        from {{ name }}_pulls
    ),

    {{ name }} as {{ post_purchase_gate.computed_once() }} (
        select
            snapshot_at,
            age_days,
            is_trial,
            reviews,
            negatives,
            intercept + intercept_step as intercept,
            {%- for column in post_purchase_gate.risk_factors() %}
            {{ column }},
            {{ column }}_prior,
            {%- if column == factor %}
            {{ column }}_coefficient + {{ post_purchase_gate.bounded_step('alone - yielding * intercept_step') }} as {{ column }}_coefficient,
            {%- else %}
            {{ column }}_coefficient,
            {%- endif %}
            {%- endfor %}
            log_odds + intercept_step + {{ post_purchase_gate.bounded_step('alone - yielding * intercept_step') }} as log_odds
        from {{ name }}_intercepts
    )
{%- endmacro %}
