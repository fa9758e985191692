{#-
    Days before as_of's date at which rebuys are looked at: now, the start of the last finished window, and the start of the window before
    it, from which that one is recalibrated. The day of as_of is not over, so windows end the day before.
-#}
{% macro rebuy_offsets() -%}
    {%- set longest = post_purchase_gate.list_var('rebuy_horizons_days') | max -%}
    {{ return([0, longest + 1, 2 * longest + 1]) }}
{%- endmacro %}

{#- Days of use in seconds, at most half a century: when a pallet is used up that lasts for thousands of years, no calendar can tell. -#}
{% macro seconds_of_use(days) -%}
    cast(round({{ post_purchase_gate.least() }}({{ days }}, 18262) * 86400, 0) as bigint)
{%- endmacro %}

{#- Days that so many units last. -#}
{% macro days_of_use(units, days_per_unit) -%}
    cast({{ units }} as decimal(19, 4)) * {{ days_per_unit }}
{%- endmacro %}

{#- How often a customer has bought a SKU again so far: the strongest sign of whether he will. -#}
{% macro rebuy_history(gaps) -%}
    case
        when {{ gaps }} <= 2 then {{ gaps }}
        when {{ gaps }} <= 4 then 3
        when {{ gaps }} <= 8 then 5
        when {{ gaps }} <= 16 then 9
        else 17
    end
{%- endmacro %}

{#- Position of an age on the curve: quarters of a doubling of the expected interval, from 1/64 to 32 times. -#}
{% macro rebuy_position(age_days, expected_days) -%}
    {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(
        4 * ln({{ post_purchase_gate.greatest() }}({{ age_days }}, 0.25) / nullif(cast({{ expected_days }} as {{ post_purchase_gate.type_double() }}), 0)) / ln(2) + 24, 0
    ), 43.999999)
{%- endmacro %}
