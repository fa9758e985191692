{#- Steps of the histories that next purchases are learned from: doublings, each cut into `parts`. -#}
{% macro next_doublings(number, parts) -%}
    cast(floor(least({{ parts }} * ln(cast({{ number }} as {{ post_purchase_gate.type_double() }})) / ln(2) + 0.000001, {{ 8 * parts }})) as integer)
{%- endmacro %}

{#- What a repeat is foretold by, all natural logs, and the coefficients before anything is learned: his own share of trips is the odds. -#}
{% macro next_features() -%}
    {{ return({
        'intercept': 0, 'log_rate': 1, 'log_rate_of_late': 0, 'log_purchases': 0, 'log_popularity': 0, 'log_trend': 0,
    }) }}
{%- endmacro %}
