{#- An identity: the parts add up to the total in every row. -#}
{% test sums_up(model, total, parts) %}
    select *
    from {{ model }}
    where {{ total }} <> {{ parts | join(' + ') }} or {{ total }} is null
{% endtest %}
