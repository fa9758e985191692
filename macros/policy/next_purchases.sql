{#- Steps of the histories that next purchases are learned from: doublings, each cut into `parts`. -#}
{% macro next_doublings(number, parts) -%}
    cast(floor(least({{ parts }} * ln(cast({{ number }} as {{ post_purchase_gate.type_double() }})) / ln(2) + 0.000001, {{ 8 * parts }})) as integer)
{%- endmacro %}

{#- Half doublings of the decayed share of trips, down to one in five hundred. -#}
{% macro next_rate_step(rate) -%}
    cast(floor(greatest(2 * ln(cast(greatest({{ rate }}, 0.000001) as {{ post_purchase_gate.type_double() }})) / ln(2), -18)) as integer)
{%- endmacro %}
