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
        sqrt({{ post_purchase_gate.greatest() }}(
            {{ big_a }} * {{ big_a }} / (9.0 * ({{ a }})) + {{ big_b }} * {{ big_b }} / (9.0 * ({{ b }}))
            - ({{ z }}) * ({{ z }}) / (81.0 * ({{ a }}) * ({{ b }})), 0
        ))
    {%- endset -%}
    {%- set root -%}
        {{ post_purchase_gate.greatest() }}(
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
    {{ post_purchase_gate.least() }}(
        count(*) over ({{ per }}),
        2.0 * (1 + sum(case when {{ p_value }} > 0.5 then 1 else 0 end) over ({{ per }}))
    )
{%- endmacro %}

{#-
    By how much more counts vary than chance makes them, as a share of the square of what is expected of them (method of moments), with what is assumed of
    it as strong as twenty of them: a few counts teach little about how far they lie apart.
-#}
{% macro learned_dispersion(counts, beyond_chance, scale, assumed) -%}
    (({{ counts }} * {{ post_purchase_gate.greatest() }}({{ beyond_chance }}, 0) / nullif({{ scale }}, 0) + 20.0 * ({{ assumed }})) / ({{ counts }} + 20))
{%- endmacro %}

{#-
    The probability of each pair with its 90 % bounds, as a chain of common table expressions from `source` (snapshot_at, is_declared, anchors, support,
    expected, base_probability, category_lift, later_customers, and what is carried along) to `pair_bounds` with probability, probability_low,
    probability_high, base_low and base_high.

    A pair is drawn to what its kind does, as by `prior_responses`. What declared relations do the shop's own say, where twenty of them have been seen: how much they lift
    together, and how far they lie apart. An estimate so drawn is as often too high as too low, also where it is the largest of many, and its bounds are
    those of the posterior. Of other pairs only those stand here that came often, which says nothing about how far such pairs lie apart: 1.5 responses and at least 20 anchors,
    and the bounds cover the counts alone as well.
-#}
{% macro pair_bounds(source) -%}
    declared_moments as (
        select
            snapshot_at,
            cast(count(*) as {{ post_purchase_gate.type_double() }}) as pairs,
            sum(support) as support,
            sum(expected * category_lift) as expected,
            sum(support * support) as support_squares,
            sum(support * expected * category_lift) as products,
            sum(power(expected * category_lift, 2)) as expected_squares
        from {{ source }}
        where is_declared and expected > 0
        group by snapshot_at
    ),

    declared_lifts as (
        select
            *,
            (support + 10) / (expected + 10) as kind_lift
        from declared_moments
        where pairs >= 20
    ),

    declared_kinds as (
        select
            snapshot_at,
            kind_lift,
            1 / {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}({{
                post_purchase_gate.learned_dispersion(
                    'pairs',
                    'support_squares - 2 * kind_lift * products + kind_lift * kind_lift * expected_squares - kind_lift * expected',
                    'kind_lift * kind_lift * expected_squares',
                    '1 / 1.5',
                )
            }}, 0.01), 1) as kind_responses
        from declared_lifts
    ),

    pair_kinds as (
        select
            pairs.*,
            kinds.snapshot_at is not null as is_learned,
            kinds.kind_responses,
            {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(pairs.base_probability * pairs.category_lift * coalesce(kinds.kind_lift, 1), 0.000001), 0.5) as prior_probability
        from {{ source }} as pairs
        left join declared_kinds as kinds
            -- a key, and no condition beside it, which would compare all with all
            on case when pairs.is_declared then pairs.snapshot_at end = kinds.snapshot_at
        where pairs.base_probability is not null
    ),

    pair_priors as (
        select
            *,
            case when is_learned then kind_responses else {{ post_purchase_gate.greatest() }}(20 * prior_probability, 1.5) end as prior_responses,
            -- the base rate is known as well as the customers who bought the related SKU in a later order tell
            coalesce(later_customers, 0) + 0.5 as base_successes,
            (coalesce(later_customers, 0) + 0.5) * (1 - base_probability) / nullif(base_probability, 0) + 0.5 as base_failures
        from pair_kinds
    ),

    pair_posteriors as (
        select
            *,
            support + prior_responses as successes,
            anchors - support + prior_responses * (1 - prior_probability) / prior_probability as failures
        from pair_priors
    ),

    pair_bounds as (
        select
            *,
            successes / (successes + failures) as probability,
            {{ post_purchase_gate.least() }}(
                {{ post_purchase_gate.beta_quantile('successes', 'failures', '-1.645') }},
                case when not is_learned then {{ post_purchase_gate.beta_quantile(post_purchase_gate.greatest() ~ '(support, 0.5)', '(anchors - support + 1)', '-1.645') }} else 1 end
            ) as probability_low,
            {{ post_purchase_gate.greatest() }}(
                {{ post_purchase_gate.beta_quantile('successes', 'failures', '1.645') }},
                case when not is_learned then {{ post_purchase_gate.beta_quantile('(support + 1)', post_purchase_gate.greatest() ~ '(anchors - support, 0.5)', '1.645') }} else 0 end
            ) as probability_high,
            coalesce({{ post_purchase_gate.beta_quantile('base_successes', 'base_failures', '-1.645') }}, 0) as base_low,
            coalesce({{ post_purchase_gate.beta_quantile('base_successes', 'base_failures', '1.645') }}, 0) as base_high
        from pair_posteriors
    )
{%- endmacro %}

{#-
    How far an assumed probability may lie from the assumption, down to its lower 5 % and up to its upper 95 % bound: a Gamma distribution around it, by
    Wilson-Hilferty, whose standard deviation is `error` as a share of it.
-#}
{% macro assumed_distance_down(probability, error) -%}
    ({{ probability }} * (1 - power({{ post_purchase_gate.greatest() }}(1 - {{ error }} * {{ error }} / 9.0 - 1.645 * {{ error }} / 3.0, 0), 3)))
{%- endmacro %}

{% macro assumed_distance_up(probability, error) -%}
    ({{ probability }} * (power(1 - {{ error }} * {{ error }} / 9.0 + 1.645 * {{ error }} / 3.0, 3) - 1))
{%- endmacro %}
