{#- Statistics of counts in closed form, portable: no engine has quantiles of Gamma and Beta in common. Arguments are columns or numbers. -#}

{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__type_double() -%}double precision{%- endmacro %}

{% macro spark__type_double() -%}double{%- endmacro %}

{% macro bigquery__type_double() -%}float64{%- endmacro %}

{#-
    Lower 5 % bound of observed over expected under a Gamma posterior with two pseudo-counts on either side, by Wilson-Hilferty:
    a = n + 2, bound = a (1 - 1/(9a) - 1.645/(3 sqrt(a)))^3 / (e + 2).
-#}
{% macro lift_lower_bound(observed, expected) -%}
    {%- set a = '(' ~ observed ~ ' + 2.0)' -%}
    ({{ a }} * power(1 - 1 / (9 * {{ a }}) - 1.645 / (3 * sqrt({{ a }})), 3) / ({{ expected }} + 2.0))
{%- endmacro %}

{#- Upper 95 % bound of the same ratio, without pseudo-counts on the expected side, for counts that fall short. -#}
{% macro ratio_upper_bound(observed, expected) -%}
    {%- set a = '(' ~ observed ~ ' + 1.0)' -%}
    ({{ a }} * power(1 - 1 / (9 * {{ a }}) + 1.645 / (3 * sqrt({{ a }})), 3) / nullif({{ expected }}, 0))
{%- endmacro %}

{#-
    Quantile of Beta(a, b) at the normal score z (-1.645 for 5 %, 1.645 for 95 %), by the Wilson-Hilferty form of the F distribution:
    quantile = aF / (aF + b). Within a few percent of the exact value from a = 1.5 upward.
-#}
{% macro beta_quantile(a, b, z) -%}
    {%- set big_a = '(1 - 1 / (9.0 * (' ~ b ~ ')))' -%}
    {%- set big_b = '(1 - 1 / (9.0 * (' ~ a ~ ')))' -%}
    {%- set spread -%}
        sqrt(greatest(
            {{ big_a }} * {{ big_a }} / (9.0 * ({{ a }})) + {{ big_b }} * {{ big_b }} / (9.0 * ({{ b }}))
            - ({{ z }}) * ({{ z }}) / (81.0 * ({{ a }}) * ({{ b }})), 0
        ))
    {%- endset -%}
    {%- set root -%}
        greatest(
            ({{ big_a }} * {{ big_b }} + ({{ z }}) * {{ spread }})
            / nullif({{ big_a }} * {{ big_a }} - ({{ z }}) * ({{ z }}) / (9.0 * ({{ b }})), 0), 0
        )
    {%- endset -%}
    (({{ a }}) * power({{ root }}, 3) / (({{ a }}) * power({{ root }}, 3) + ({{ b }})))
{%- endmacro %}

{#- Log-likelihood ratio of a count against its expectation out of the same trials; 10.83 is p = 0.001. -#}
{% macro log_likelihood_ratio(observed, expected, trials) -%}
    2 * (
        case when {{ observed }} > 0 then {{ observed }} * ln({{ observed }} / nullif({{ expected }}, 0)) else 0 end
        + case
            when {{ trials }} > {{ observed }} and {{ trials }} > {{ expected }}
                then ({{ trials }} - {{ observed }}) * ln(({{ trials }} - {{ observed }}) / nullif({{ trials }} - {{ expected }}, 0))
            else 0
        end
    )
{%- endmacro %}

{#- Like customers: by how many orders they have placed. First orders differ most from the rest. -#}
{% macro order_bucket(order_number) -%}
    case when {{ order_number }} <= 2 then {{ order_number }} when {{ order_number }} <= 5 then 3 else 6 end
{%- endmacro %}

{#-
    Lower 5 % bound of how many times as often one SKU comes before another as after it, over what their own frequencies make of it: the odds of
    Wilson's lower bound of the share, over the odds of the expected share. Null where the pair came in neither order.
-#}
{% macro symmetry_lower_bound(support, reverse_support, expected, reverse_expected) -%}
    {%- set both = '(' ~ support ~ ' + ' ~ reverse_support ~ ')' -%}
    {%- set share -%}
        (
            ({{ support }} + 1.3530125 - 1.645 * sqrt({{ support }} * {{ reverse_support }} / nullif({{ both }}, 0) + 0.67650625))
            / ({{ both }} + 2.706025)
        )
    {%- endset -%}
    ({{ share }} / nullif(1 - {{ share }}, 0) * coalesce({{ reverse_expected }} / nullif({{ expected }}, 0), 1))
{%- endmacro %}

{#-
    How likely a pair that truly comes at most so many times as often in this order as in the other (over what their own frequencies make of it) would be
    seen at least so lopsided: the probability that Beta(support + 1/2, reverse + 1/2) lies below the expected share, by Paulson's form of the F
    distribution. One half and more count as one: nothing speaks for this order.
-#}
{% macro symmetry_p_value(support, reverse_support, expected, reverse_expected, times) -%}
    {%- set a = '(' ~ support ~ ' + 0.5)' -%}
    {%- set b = '(' ~ reverse_support ~ ' + 0.5)' -%}
    {%- set f = '(' ~ b ~ ' / ' ~ a ~ ' * ' ~ times ~ ' * coalesce(' ~ expected ~ ' / nullif(' ~ reverse_expected ~ ', 0), 1))' -%}
    {%- set z -%}
        (
            (1 - 1 / (9 * {{ a }}) - (1 - 1 / (9 * {{ b }})) * power({{ f }}, 1.0 / 3))
            / sqrt(power({{ f }}, 2.0 / 3) / (9 * {{ b }}) + 1 / (9 * {{ a }}))
        )
    {%- endset -%}
    case when {{ f }} > 0 and {{ z }} > 0 then {{ post_purchase_gate.erfc(z ~ ' / sqrt(2.0)') }} / 2 else 1 end
{%- endmacro %}

{#-
    How many of the pairs with a lift may come in either order, by Storey's estimate: such a pair's p-value is as often above one half as below, or more often.
    A window over all of them; `per` says of what.
-#}
{% macro pairs_of_either_order(p_value, per) -%}
    least(
        count(*) over ({{ per }}),
        2.0 * (1 + sum(case when {{ p_value }} > 0.5 then 1 else 0 end) over ({{ per }}))
    )
{%- endmacro %}
