{#- An identity: the total is what is added less what is subtracted, and is unknown exactly where a part is. -#}
{% test parts_add_up(model, total, added, subtracted=[]) %}
    {%- set expected = added | join(' + ') ~ (' - ' ~ subtracted | join(' - ') if subtracted else '') -%}
    select *
    from {{ model }}
    where
        {{ total }} <> {{ expected }}
        or ({{ total }} is null and {{ expected }} is not null)
        or ({{ total }} is not null and {{ expected }} is null)
{% endtest %}
