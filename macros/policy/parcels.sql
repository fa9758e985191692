{#-
    When a parcel without a scan counts as arrived, where the lane's own transit times are not asked: its expected time and the grace are over.
    What the gate decides on asks them (int_parcel_evidence).
-#}
{% macro presumed_arrival(expected_delivery_at, shipped_at) -%}
    {{ post_purchase_gate.add_days(
        var('delivery_grace_days'),
        'coalesce(' ~ expected_delivery_at ~ ', ' ~ post_purchase_gate.add_days(var('transit_default_days'), shipped_at) ~ ')'
    ) }}
{%- endmacro %}

{#- part / whole in units, rounded up in the fourth place, so that the shares of a whole never fall short of it. -#}
{% macro share_up(part, whole) -%}
    cast(ceil(10000 * ({{ part }}) / nullif({{ whole }}, 0)) / 10000 as decimal(18, 4))
{%- endmacro %}
