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
