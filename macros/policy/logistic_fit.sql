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
    {#- of a step, the part that raises the posterior the most: where little is known, the whole step overshoots and comes back for ever -#}
    {%- set shares = [1, 0.25, 0.06] -%}
{{ name }}_chances as (
    select
        seen.weight,
        seen.outcome,
        {%- for feature in names %}
        {{ '1' if feature == 'intercept' else 'seen.' ~ feature }} as {{ feature }},
        {%- endfor %}
        1 / (1 + exp(-1 * ({{ post_purchase_gate.logistic_log_odds(features, 'seen', 'known') }}))) as chance
    from {{ rows }} as seen
    cross join {{ last }} as known
),

{{ name }}_sums as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for row in names %}
        {%- for column in names[loop.index0:] %}
        coalesce(cast({{ post_purchase_gate.exact_sum('weight * chance * (1 - chance) * ' ~ row ~ ' * ' ~ column) }} as {{ double }}), 0) as h_{{ row }}_{{ column }},
        {%- endfor %}
        coalesce(cast({{ post_purchase_gate.exact_sum('weight * (outcome - chance) * ' ~ row) }} as {{ double }}), 0) as g_{{ row }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ name }}_chances
),

{{ name }}_system as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for row in names %}
        {%- set place = loop.index0 %}
        {%- for column in names %}
        sums.h_{{ row ~ '_' ~ column if loop.index0 >= place else column ~ '_' ~ row }}{{ ' + ' ~ shrinkage if row == column }} as h_{{ row }}_{{ column }},
        {%- endfor %}
        sums.g_{{ row }} - {{ shrinkage }} * (known.{{ row }} - ({{ features[row] }})) as g_{{ row }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ name }}_sums as sums
    cross join {{ last }} as known
)
{%- set system = namespace(name=name ~ '_system') %}
{%- for pivot in names %}
{%- set later = names[loop.index:] %},

{{ name }}_without_{{ pivot }} as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for row in names %}
        {%- set share = '1 / h_' ~ pivot ~ '_' ~ pivot if row == pivot else 'h_' ~ row ~ '_' ~ pivot ~ ' / h_' ~ pivot ~ '_' ~ pivot %}
        {%- for column in later %}
        {{ '' if row == pivot else 'h_' ~ row ~ '_' ~ column ~ ' - ' }}h_{{ pivot }}_{{ column }} * ({{ share }}) as h_{{ row }}_{{ column }},
        {%- endfor %}
        {{ '' if row == pivot else 'g_' ~ row ~ ' - ' }}g_{{ pivot }} * ({{ share }}) as g_{{ row }}
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
            {%- set log_odds -%}
                {%- for feature in names %}{{ ' + ' if not loop.first }}(known.{{ feature }} + {{ share }} * step.g_{{ feature }}){{ ' * seen.' ~ feature if feature != 'intercept' }}{% endfor %}
            {%- endset %}
            coalesce(cast({{ post_purchase_gate.exact_sum(
                'seen.weight * (seen.outcome * (' ~ log_odds ~ ') - ' ~ post_purchase_gate.greatest() ~ '(' ~ log_odds ~ ', 0) - ln(1 + exp(-1 * abs(' ~ log_odds ~ '))))'
            ) }} as {{ double }}), 0) - 0.5 * {{ shrinkage }} * max(
                {%- for feature in names %}
                {{ '+ ' if not loop.first }}power(known.{{ feature }} + {{ share }} * step.g_{{ feature }} - ({{ features[feature] }}), 2)
                {%- endfor %}
            ) as worth_{{ share | replace('.', '_') }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ system.name }} as step
        cross join {{ last }} as known
        left join {{ rows }} as seen
            on {{ post_purchase_gate.any_of_both('known.largest_step', 'seen.weight') }} and seen.weight > 0
    ) as tried
),

{{ name }} as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for feature in names %}
        known.{{ feature }} + chosen.share * step.g_{{ feature }} as {{ feature }},
        {%- endfor %}
        {{ post_purchase_gate.greatest(names | length) }}({% for feature in names %}abs(chosen.share * step.g_{{ feature }}){{ ', ' if not loop.last }}{% endfor %}) as largest_step
    from {{ system.name }} as step
    cross join {{ last }} as known
    cross join {{ name }}_chosen as chosen
)
{%- endmacro %}
