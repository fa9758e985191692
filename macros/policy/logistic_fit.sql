{#-
    A logistic regression in one statement: Newton's method with a prior. Each round sums gradient and curvature over the rows once and solves
    the system by elimination, in one row, and then tries the step whole and in part. `logistic_rounds` writes the CTEs; the last is named `fit` and has one column per feature, and
    `largest_step`, the largest change of a coefficient in the last round.

    rows: a CTE with a column per feature, `outcome` (0, 1 or a share) and `weight`. features: {name: prior}; the feature `intercept` is always one.
    shrinkage: each coefficient is drawn to its prior as by so much curvature.
-#}
{% macro logistic_rounds(rows, features, shrinkage, rounds=10) -%}
round_0 as (
    select
        {%- for feature, prior in features.items() %}
        cast({{ prior }} as {{ post_purchase_gate.type_double() }}) as {{ feature }},
        {%- endfor %}
        cast(0 as {{ post_purchase_gate.type_double() }}) as largest_step
)
{%- for round in range(1, rounds + 1) %},

{{ post_purchase_gate.logistic_round(rows, features, shrinkage, 'round_' ~ (round - 1), 'round_' ~ round) }}
{%- endfor %},

fit as (
    select * from round_{{ rounds }}
)
{%- endmacro %}

{#- The log-odds of a row under coefficients: both are names of relations in scope. -#}
{% macro logistic_log_odds(features, row, coefficients) -%}
    {{ coefficients }}.intercept
    {%- for feature in features if feature != 'intercept' %} + {{ coefficients }}.{{ feature }} * {{ row }}.{{ feature }}{% endfor %}
{%- endmacro %}

{% macro logistic_round(rows, features, shrinkage, last, name) -%}
    {%- set double = post_purchase_gate.type_double() -%}
    {%- set names = features.keys() | list -%}
    {#- columns of the system go by their place: a name in each of a hundred cells of ten rounds makes a statement that takes seconds to read -#}
    {%- set at = dict(zip(names, range(names | length))) -%}
    {#- of a step, the part that raises the posterior the most: where little is known, the whole step overshoots and comes back for ever -#}
    {%- set shares = [1, 0.25, 0.06] -%}
{{ name }}_chances as (
    select
        {%- for feature in names %}
        {{ feature }},
        {%- endfor %}
        weight * chance * (1 - chance) as curve,
        weight * (outcome - chance) as pull
    from (
        select
            seen.weight,
            seen.outcome,
            {%- for feature in names %}
            {{ '1' if feature == 'intercept' else 'seen.' ~ feature }} as {{ feature }},
            {%- endfor %}
            1 / (1 + exp(-1 * ({{ post_purchase_gate.logistic_log_odds(features, 'seen', 'known') }}))) as chance
        from {{ rows }} as seen
        cross join {{ last }} as known
    ) as foretold
),

{{ name }}_sums as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for row in names %}
        {%- for column in names[loop.index0:] %}
        coalesce(cast({{ post_purchase_gate.exact_sum('curve * ' ~ row ~ ' * ' ~ column) }} as {{ double }}), 0) as h{{ at[row] }}_{{ at[column] }},
        {%- endfor %}
        coalesce(cast({{ post_purchase_gate.exact_sum('pull * ' ~ row) }} as {{ double }}), 0) as g{{ at[row] }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ name }}_chances
),

{{ name }}_system as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for row in names %}
        {%- for column in names %}
        sums.h{{ at[row] ~ '_' ~ at[column] if at[column] >= at[row] else at[column] ~ '_' ~ at[row] }}{{ ' + ' ~ shrinkage if row == column }} as h{{ at[row] }}_{{ at[column] }},
        {%- endfor %}
        sums.g{{ at[row] }} - {{ shrinkage }} * (known.{{ row }} - ({{ features[row] }})) as g{{ at[row] }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ name }}_sums as sums
    cross join {{ last }} as known
)
{%- set system = namespace(name=name ~ '_system') %}
{%- for pivot in names %}
{%- set later = names[loop.index:] %}
{%- set head = 'h' ~ at[pivot] ~ '_' ~ at[pivot] %},

{{ name }}_without_{{ pivot }} as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for row in names %}
        {%- set share = '1 / ' ~ head if row == pivot else 'h' ~ at[row] ~ '_' ~ at[pivot] ~ ' / ' ~ head %}
        {%- for column in later %}
        {{ '' if row == pivot else 'h' ~ at[row] ~ '_' ~ at[column] ~ ' - ' }}h{{ at[pivot] }}_{{ at[column] }} * ({{ share }}) as h{{ at[row] }}_{{ at[column] }},
        {%- endfor %}
        {{ '' if row == pivot else 'g' ~ at[row] ~ ' - ' }}g{{ at[pivot] }} * ({{ share }}) as {{ 'g' ~ at[row] if later else row }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ system.name }}
)
{%- set system.name = name ~ '_without_' ~ pivot %}
{%- endfor %},

{{ name }}_chosen as {{ post_purchase_gate.computed_once() }} (
    select case
        {%- for share in shares[:-1] %}
        when {% for other in shares if other != share %}worth_{{ share | replace('.', '_') }} >= worth_{{ other | replace('.', '_') }}{{ ' and ' if not loop.last }}{% endfor %} then {{ share }}
        {%- endfor %}
        else {{ shares[-1] }} end as share
    from (
        select
            {%- for share in shares %}
            {%- set log_odds = '(log_odds_known + ' ~ share ~ ' * log_odds_step)' %}
            coalesce(cast({{ post_purchase_gate.exact_sum(
                'weight * (outcome * ' ~ log_odds ~ ' - ' ~ post_purchase_gate.greatest() ~ '(' ~ log_odds ~ ', 0) - ln(1 + exp(-1 * abs' ~ log_odds ~ ')))'
            ) }} as {{ double }}), 0) - 0.5 * {{ shrinkage }} * max(drawn_{{ share | replace('.', '_') }}) as worth_{{ share | replace('.', '_') }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select
                seen.weight,
                seen.outcome,
                {{ post_purchase_gate.logistic_log_odds(features, 'seen', 'known') }} as log_odds_known,
                {{ post_purchase_gate.logistic_log_odds(features, 'seen', 'step') }} as log_odds_step,
                {%- for share in shares %}
                {% for feature in names %}{{ ' + ' if not loop.first }}power(known.{{ feature }} + {{ share }} * step.{{ feature }} - ({{ features[feature] }}), 2){% endfor %} as drawn_{{ share | replace('.', '_') }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ system.name }} as step
            cross join {{ last }} as known
            left join {{ rows }} as seen
                on {{ post_purchase_gate.any_of_both('known.largest_step', 'seen.weight') }} and seen.weight > 0
        ) as steps
    ) as tried
),

{{ name }} as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for feature in names %}
        known.{{ feature }} + chosen.share * step.{{ feature }} as {{ feature }},
        {%- endfor %}
        {{ post_purchase_gate.greatest(names | length) }}({% for feature in names %}abs(chosen.share * step.{{ feature }}){{ ', ' if not loop.last }}{% endfor %}) as largest_step
    from {{ system.name }} as step
    cross join {{ last }} as known
    cross join {{ name }}_chosen as chosen
)
{%- endmacro %}
