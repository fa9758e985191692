{#- Statistics of what is measured afterwards, in closed form and portable. Arguments are columns or numbers. -#}

{#-
    Wilson's score interval of a share at 95 %: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n). Unlike p -+ z sqrt(p(1-p)/n) it
    keeps its promise for rare events, which complaints are. Null without trials.
-#}
{% macro wilson_lower(hits, trials) -%}
    {{ post_purchase_gate.wilson_bound(hits, trials, '-') }}
{%- endmacro %}

{% macro wilson_upper(hits, trials) -%}
    {{ post_purchase_gate.wilson_bound(hits, trials, '+') }}
{%- endmacro %}

{% macro wilson_bound(hits, trials, sign) -%}
    {%- set n = 'nullif(cast(' ~ trials ~ ' as ' ~ post_purchase_gate.type_double() ~ '), 0)' -%}
    {%- set k = 'cast(' ~ hits ~ ' as ' ~ post_purchase_gate.type_double() ~ ')' -%}
    {#- greatest and least skip nulls, so that the case asks for trials first; without a hit the bound is zero, not what rounding leaves of it -#}
    case
        when {{ trials }} > 0
            then {{ 'greatest' if sign == '-' else 'least' }}(
                ({{ k }} + 1.920729410347062 {{ sign }} 1.959963984540054 * sqrt(greatest({{ k }} * ({{ n }} - {{ k }}) / {{ n }} + 0.960364705173531, 0)))
                / ({{ n }} + 3.841458820694124),
                {{ '0' if sign == '-' else '1' }}
            )
    end
{%- endmacro %}

{#-
    Complementary error function of a number from zero upward, with a fractional error below 1.2e-7 everywhere (the rational Chebyshev fit
    of Numerical Recipes): no engine has it in common. A tail probability needs the small fraction, not the small difference.
-#}
{% macro erfc(z) -%}
    {%- set t = '(1 / (1 + 0.5 * (' ~ z ~ ')))' -%}
    {%- set ns = namespace(polynomial='0.17087277') -%}
    {%- for coefficient in ['-0.82215223', '1.48851587', '-1.13520398', '0.27886807', '-0.18628806', '0.09678418', '0.37409196', '1.00002368'] -%}
        {%- set ns.polynomial = '(' ~ coefficient ~ ' + ' ~ t ~ ' * ' ~ ns.polynomial ~ ')' -%}
    {%- endfor -%}
    ({{ t }} * exp(-1 * ({{ z }}) * ({{ z }}) - 1.26551223 + {{ t }} * {{ ns.polynomial }}))
{%- endmacro %}

{#- Chi-square of a control and a treatment count against the planned share of control. -#}
{% macro sample_ratio_chi_square(control, treatment, control_share) -%}
    {%- set expected = '(cast(' ~ control ~ ' + ' ~ treatment ~ ' as ' ~ post_purchase_gate.type_double() ~ ') * (' ~ control_share ~ '))' -%}
    (
        power({{ control }} - {{ expected }}, 2)
        / nullif({{ expected }} * (1 - ({{ control_share }})), 0)
    )
{%- endmacro %}

{#- Probability of a chi-square of one degree of freedom at least as large. -#}
{% macro chi_square_p_value(chi_square) -%}
    {{ post_purchase_gate.erfc('sqrt((' ~ chi_square ~ ') / 2)') }}
{%- endmacro %}

{#- Unbiased variance from a count, a sum and a sum of squares; null below two. -#}
{% macro variance_of(units, total, squares) -%}
    case
        when {{ units }} > 1 and {{ total }} is not null
            then greatest({{ squares }} - {{ total }} * {{ total }} / {{ units }}, 0) / ({{ units }} - 1)
    end
{%- endmacro %}

{#-
    Half width of a 95 % interval that holds at every look at once, however often one looks (a normal mixture sequential test, inverted):
    sqrt( s2 (s2 + t2) / t2 * ( 2 ln(1 / 0.05) + ln((s2 + t2) / s2) ) ), s the standard error of the difference so far and t the standard
    deviation of the effects that the mixture expects, set before the first look.
-#}
{% macro anytime_half_width(standard_error, effect_deviation) -%}
    {%- set s2 = '((' ~ standard_error ~ ') * (' ~ standard_error ~ '))' -%}
    {%- set t2 = '((' ~ effect_deviation ~ ') * (' ~ effect_deviation ~ '))' -%}
    case
        when ({{ standard_error }}) > 0 and ({{ effect_deviation }}) > 0
            then sqrt({{ s2 }} * ({{ s2 }} + {{ t2 }}) / {{ t2 }} * (2 * ln(20.0) + ln(({{ s2 }} + {{ t2 }}) / {{ s2 }})))
    end
{%- endmacro %}

{#-
    A number from 0 up to 1 from the first eight hexadecimal digits of a hash: the same on every engine, which no function of theirs is.
    `hash` is a column of lower-case hexadecimal text.
-#}
{% macro share_of_hash(hash) -%}
    (
        {%- for place in range(8) %}
        cast({{ dbt.position("substring(" ~ hash ~ ", " ~ (place + 1) ~ ", 1)", "'0123456789abcdef'") }} - 1 as bigint) * {{ 16 ** (7 - place) }}
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) / cast(4294967296 as {{ post_purchase_gate.type_double() }})
{%- endmacro %}
