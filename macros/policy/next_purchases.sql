{#- Steps of the histories that next purchases are learned from: doublings, each cut into `parts`. -#}
{% macro next_doublings(number, parts) -%}
    cast(floor({{ post_purchase_gate.least() }}({{ parts }} * ln(cast({{ number }} as {{ post_purchase_gate.type_double() }})) / ln(2) + 0.000001, {{ 8 * parts }})) as integer)
{%- endmacro %}

{#- What a repeat is foretold by, all natural logs, and the coefficients before anything is learned: his own share of trips is the odds. -#}
{% macro next_features() -%}
    {{ return({
        'intercept': 0, 'log_rate': 1, 'log_rate_of_late': 0, 'log_purchases': 0, 'log_popularity': 0, 'log_trend': 0,
    }) }}
{%- endmacro %}

{#- Customers are learned from in so many parts: what a SKU's factor says of one part, the others say. -#}
{% macro next_folds() -%}
    {{ return(10) }}
{%- endmacro %}

{#- What a new SKU is foretold by, beside the rate of everybody: nothing, before anything is learned. -#}
{% macro next_new_features() -%}
    {{ return({'intercept': 0, 'log_odds': 1, 'log_size': 0, 'log_trips': 0, 'log_away': 0}) }}
{%- endmacro %}

{#-
    From the rate of a SKU among all customers to the probability that this one's coming trip holds it, learned from the new SKUs of past lists, from the
    given look on into the past, as cells of those that are alike.
-#}
{% macro next_new_calibration(new, first_look) -%}
{%- set features = post_purchase_gate.next_new_features() -%}
{%- set named = features | reject('equalto', 'intercept') | list -%}
with

cells as {{ post_purchase_gate.computed_once() }} (
    select
        {%- for feature in named %}
        cast(round({{ feature }}, 1) as {{ post_purchase_gate.type_double() }}) as {{ feature }},
        {%- endfor %}
        cast(count(*) as {{ post_purchase_gate.type_double() }}) as weight,
        avg(cast(outcome as {{ post_purchase_gate.type_double() }})) as outcome
    from {{ new }}
    where look >= {{ first_look }}
    group by {% for feature in named %}round({{ feature }}, 1){{ ', ' if not loop.last }}{% endfor %}
),

{{ post_purchase_gate.logistic_rounds('cells', features, shrinkage=5) }}

select
    {%- for feature in features %}
    cast({{ feature }} as decimal(18, 9)) as {{ feature }},
    {%- endfor %}
    cast(largest_step as decimal(18, 9)) as largest_step
from fit
{%- endmacro %}
