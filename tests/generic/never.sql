{#- A rule that no row may break. -#}
{% test never(model, condition) %}
    select *
    from {{ model }}
    where {{ condition }}
{% endtest %}
