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
    ) / nullif(greatest(
        (1 - refund_probability) * (1 - payment_fee_share) - refund_probability * payment_fee_share * payment_fee_not_returned_share
        - {{ margin_share }}, 0
    ), 0)
{%- endmacro %}
