{#-
    E = (1-r)(P - C - F - S) - r(F_nr + S + R_ship + R_proc + (1-salvage)C), over the columns price, landed_cost, payment_fee,
    shipping_subsidy, refund_probability, payment_fee_not_returned_share, return_shipping_cost, return_processing_cost, salvage_share.
-#}
{% macro expected_unit_contribution() -%}
    (1 - refund_probability) * (price - landed_cost - payment_fee - shipping_subsidy)
    - refund_probability * (
        payment_fee * payment_fee_not_returned_share + shipping_subsidy + return_shipping_cost + return_processing_cost
        + (1 - salvage_share) * landed_cost
    )
{%- endmacro %}

{#-
    V = dp * E - p_T * D - m - dq * L: the value of recommending, over the columns incremental_conversion,
    expected_contribution_profit, treated_conversion, planned_discount, send_cost, unsubscribe_increase, unsubscribe_loss.
-#}
{% macro recommendation_value() -%}
    incremental_conversion * expected_contribution_profit - treated_conversion * planned_discount - send_cost
    - unsubscribe_increase * unsubscribe_loss
{%- endmacro %}

{#-
    Variance of E: r is a mean of a Beta over refund_evidence_units, and E falls by the bracket from a unit kept to a unit returned. Over the
    columns of expected_unit_contribution and refund_evidence_units.
-#}
{% macro unit_contribution_variance() -%}
    power(cast(
        price - landed_cost - payment_fee + payment_fee * payment_fee_not_returned_share
        + return_shipping_cost + return_processing_cost + (1 - salvage_share) * landed_cost as {{ post_purchase_gate.type_double() }}
    ), 2) * refund_probability * (1 - refund_probability) / (refund_evidence_units + 1)
{%- endmacro %}

{#-
    90 % bounds of V by MOVER: the distances of the conversion and of E to their bounds, squared and added. Over the columns
    recommendation_value, incremental_conversion, distance_down, distance_up, expected_contribution_profit, contribution_variance.
-#}
{% macro value_lower_bound() -%}
    recommendation_value - {{ post_purchase_gate.value_distance('distance_down', 'distance_up') }}
{%- endmacro %}

{% macro value_upper_bound() -%}
    recommendation_value + {{ post_purchase_gate.value_distance('distance_up', 'distance_down') }}
{%- endmacro %}

{#- Of a profit a higher conversion is better, of a loss it is worse. -#}
{% macro value_distance(of_profit, of_loss) -%}
    sqrt(
        power(cast(
            expected_contribution_profit * case when expected_contribution_profit >= 0 then {{ of_profit }} else {{ of_loss }} end
            as {{ post_purchase_gate.type_double() }}
        ), 2)
        + power(1.645 * cast(incremental_conversion as {{ post_purchase_gate.type_double() }}), 2)
        * cast(contribution_variance as {{ post_purchase_gate.type_double() }})
    )
{%- endmacro %}

{#-
    The lowest price at which E is still `margin_share` of the price paid, over the same columns but price, and payment_fee_share and
    payment_fee_fixed: E is a line in the price, E = b * price - a, so that b * price - a = margin_share * price there. Null when no
    price keeps that margin.
-#}
{% macro lowest_price_for_margin(margin_share) -%}
    (
        (1 - refund_probability) * (landed_cost + payment_fee_fixed + shipping_subsidy)
        + refund_probability * (
            payment_fee_fixed * payment_fee_not_returned_share + shipping_subsidy + return_shipping_cost + return_processing_cost
            + (1 - salvage_share) * landed_cost
        )
    ) / nullif({{ post_purchase_gate.greatest() }}(
        (1 - refund_probability) * (1 - payment_fee_share) - refund_probability * payment_fee_share * payment_fee_not_returned_share
        - {{ margin_share }}, 0
    ), 0)
{%- endmacro %}

{#- Mean of a normal variable of which only a lower bound is known: z is by how many deviations the bound lies above the mean. -#}
{% macro expected_beyond(bound, mean, deviation, z) -%}
    case
        when {{ z }} > 6 then {{ bound }}
        when {{ z }} < -6 then {{ mean }}
        when {{ z }} >= 0 then {{ mean }} + {{ deviation }} * 0.797884560802865 * exp(-0.5 * {{ z }} * {{ z }}) / {{ post_purchase_gate.erfc(z ~ ' / sqrt(2.0)') }}
        else {{ mean }} + {{ deviation }} * 0.797884560802865 * exp(-0.5 * {{ z }} * {{ z }}) / (2 - {{ post_purchase_gate.erfc('(-1 * ' ~ z ~ ') / sqrt(2.0)') }})
    end
{%- endmacro %}

{#-
    Days that one unit of a SKU lasts a customer: as declared, or the shop's own gaps drawn to the customer's (two pseudo-gaps) and to how much
    faster or slower than usual that customer is with everything. The gap that is still open counts as one, as long as it may be expected to get: who has been
    silent for long has a longer rhythm than the gaps that are over say. Gaps of one customer differ by half a log. In three steps, each over the columns of
    the step before: rhythm_columns, rhythm_deviation and days_per_unit.
-#}
{% macro rhythm_columns(basis, consumable_days, log_days, own_gaps, residual) -%}
    {{ basis }} as basis,
    {{ consumable_days }} as consumable_days,
    coalesce({{ own_gaps }}.gaps, 0) as gaps,
    cast(coalesce({{ own_gaps }}.log_sum, 0) + 2 * ({{ log_days }} + 0.7 * coalesce({{ residual }}, 0)) as {{ post_purchase_gate.type_double() }}) as log_sum,
    cast({{ own_gaps }}.log_open as {{ post_purchase_gate.type_double() }}) as log_open
{%- endmacro %}

{% macro rhythm_deviation() -%}
    log_sum / (gaps + 2) as log_mean,
    (log_open - log_sum / (gaps + 2)) / 0.5 as open_deviations
{%- endmacro %}

{% macro days_per_unit() -%}
    case
        when basis = 'declared' then consumable_days
        when log_open is null then cast(exp(log_mean) as decimal(18, 4))
        else cast(exp((log_sum + {{ post_purchase_gate.expected_beyond('log_open', 'log_mean', '0.5', 'open_deviations') }}) / (gaps + 3)) as decimal(18, 4))
    end
{%- endmacro %}
