{#- dbt's own test, of what this build made: the parent may wait for the switch, too. -#}
{% test relationships(model, column_name, to, field) %}
    {{ dbt.default__test_relationships(model, column_name, post_purchase_gate.built(to), field) }}
{% endtest %}
