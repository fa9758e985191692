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
            then {{ post_purchase_gate.greatest() if sign == '-' else post_purchase_gate.least() }}(
                ({{ k }} + 1.920729410347062 {{ sign }} 1.959963984540054 * sqrt({{ post_purchase_gate.greatest() }}({{ k }} * ({{ n }} - {{ k }}) / {{ n }} + 0.960364705173531, 0)))
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
    {#- the fit is 3e-8 above one at zero -#}
    case when {{ chi_square }} is not null then {{ post_purchase_gate.least() }}({{ post_purchase_gate.erfc('sqrt((' ~ chi_square ~ ') / 2)') }}, 1) end
{%- endmacro %}

{#- Unbiased variance from a count, a sum and a sum of squares; null below two. -#}
{% macro variance_of(units, total, squares) -%}
    case
        when {{ units }} > 1 and {{ total }} is not null
            then {{ post_purchase_gate.greatest() }}({{ squares }} - {{ total }} * {{ total }} / {{ units }}, 0) / ({{ units }} - 1)
    end
{%- endmacro %}

{#-
    Newcombe's interval of a difference of two shares, from Wilson's bounds of each: (share, lower, upper) of the one less those of the other.
    It keeps its promise where an arm has few events or none, for which the difference of variances knows no error.
-#}
{% macro newcombe_lower(share, lower, other_share, other_upper) -%}
    ({{ share }} - {{ other_share }} - sqrt(power({{ share }} - {{ lower }}, 2) + power({{ other_upper }} - {{ other_share }}, 2)))
{%- endmacro %}

{% macro newcombe_upper(share, upper, other_share, other_lower) -%}
    ({{ share }} - {{ other_share }} + sqrt(power({{ upper }} - {{ share }}, 2) + power({{ other_share }} - {{ other_lower }}, 2)))
{%- endmacro %}

{#- Logarithm of the gamma function from zero upward, to nine digits: Stirling's series seven steps up, less the steps. -#}
{% macro ln_gamma(x) -%}
    {%- set y = '((' ~ x ~ ') + 7.0)' -%}
    (
        ({{ y }} - 0.5) * ln({{ y }}) - {{ y }} + 0.918938533204673
        + (1.0 / 12 - (1.0 / 360 - 1.0 / (1260 * {{ y }} * {{ y }})) / ({{ y }} * {{ y }})) / {{ y }}
        - ln({{ x }}) {%- for step in range(1, 7) %} - ln(({{ x }}) + {{ step }}) {%- endfor %}
    )
{%- endmacro %}

{#-
    Natural logarithm of the evidence (an e-value) against every one of `events` having fallen into control with probability `share` by itself:
    a beta mixture over other probabilities, centred on the share with the weight of `weight` events, over the share. Its expectation under
    the share is at most one at every look, whatever the rates are, so that it exceeds 20 at any look ever in at most 5 %.
-#}
{% macro label_log_evidence(control_events, events, share, weight) -%}
    (
        {{ post_purchase_gate.ln_gamma(weight ~ ' * (' ~ share ~ ') + ' ~ control_events) }}
        + {{ post_purchase_gate.ln_gamma(weight ~ ' * (1 - (' ~ share ~ ')) + ' ~ events ~ ' - ' ~ control_events) }}
        - {{ post_purchase_gate.ln_gamma(weight ~ ' + ' ~ events) }}
        - {{ post_purchase_gate.ln_gamma(weight ~ ' * (' ~ share ~ ')') }}
        - {{ post_purchase_gate.ln_gamma(weight ~ ' * (1 - (' ~ share ~ '))') }}
        + {{ post_purchase_gate.ln_gamma(weight) }}
        - {{ control_events }} * ln({{ share }})
        - ({{ events }} - {{ control_events }}) * ln(1 - ({{ share }}))
    )
{%- endmacro %}

{#- The p-value that holds at every look: one over the evidence. -#}
{% macro p_of_log_evidence(log_evidence) -%}
    exp(-1 * {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}({{ log_evidence }}, 0), 30))
{%- endmacro %}

{#-
    The sequential test of the sample ratio: how many customers the mixture over other ratios is worth, and the evidence at which it blocks.
    At most one healthy experiment in a hundred is ever blocked, however often it is looked at.
-#}
{% macro sample_ratio_weight() -%}10000.0{%- endmacro %}

{% macro sample_ratio_stop() -%}100.0{%- endmacro %}

{#-
    How far an amount may lean to one group, per unit of its square, when chance alone puts it there with probability `share`: the variance that
    a normal tail needs to lie above the tail of one draw. Upward (into the group) Kearns and Saul's, downward the share itself where less.
-#}
{% macro draw_variance_up(share) -%}
    case
        when abs({{ share }} - 0.5) < 0.001 then 0.25
        else (1 - 2 * {{ share }}) / (2 * ln((1 - {{ share }}) / {{ share }}))
    end
{%- endmacro %}

{% macro draw_variance_down(share) -%}
    {{ post_purchase_gate.least() }}({{ share }}, {{ post_purchase_gate.draw_variance_up(share) }})
{%- endmacro %}

{#-
    Half width, at every look at once, of a sum whose squares (times the variance of a draw) are `variance`, from one side at 2.5 %: Robbins'
    normal mixture, tuned to be narrow at a few times `weight` events.
-#}
{% macro anytime_half_width(variance, events, weight) -%}
    sqrt(
        2 * {{ variance }} * (1 + {{ weight }} / nullif({{ events }}, 0))
        * ln(20.0 * sqrt(1 + {{ events }} / {{ weight }}) + 1)
    )
{%- endmacro %}

{#- Natural logarithm of the evidence that the same mixture gives for a sum. -#}
{% macro sum_log_evidence(sum, variance, events, weight) -%}
    {%- set half_square = '(0.5 * ' ~ sum ~ ' * ' ~ sum ~ ' / nullif(' ~ variance ~ ' * (1 + ' ~ weight ~ ' / nullif(' ~ events ~ ', 0)), 0))' -%}
    ({{ half_square }} + ln({{ post_purchase_gate.greatest() }}(1 - exp(-1 * {{ half_square }}), 1e-12)) - 0.5 * ln(1 + {{ events }} / {{ weight }}))
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

{#- The evidence (its logarithm) that a row in its place among so many needs, so that of the words said at most 5 % are false, and where nothing is there no word is said in 95 % (e-BH). -#}
{% macro log_evidence_needed(comparisons, place) -%}
    ln(20.0 * {{ comparisons }} / {{ place }})
{%- endmacro %}
