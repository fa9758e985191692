{#- A seed that is looked up by key has exactly one row for everything else. -#}
{% test has_default_row(model, column, value) %}
    select count(*) as default_rows
    from {{ model }}
    where {{ column }} = '{{ value }}'
    having count(*) <> 1
{% endtest %}
