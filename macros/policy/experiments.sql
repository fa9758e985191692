{#-
    The outcomes that experiments are read on: the column of int_experiment_values and the feed that tells. What they mean and which way is
    better is in the seed experiment_outcomes.
-#}
{% macro experiment_outcomes() -%}
    {{ return({
        'second_purchase': 'orders', 'revenue': 'orders', 'contribution_profit': 'orders', 'refund_request': 'refunds',
        'unsubscribe': 'consents', 'complaint': 'messages', 'site_visit': 'site_events',
    }) }}
{%- endmacro %}

{#- The normal quantile of a 95 % interval, and what is added to it so that a true effect is found in 80 % of experiments. -#}
{% macro z_95() -%}1.959963984540054{%- endmacro %}

{% macro z_power_80() -%}2.801585218112969{%- endmacro %}
