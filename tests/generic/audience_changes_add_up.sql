{#- An identity: who was in, plus entries, less exits, is who is in. -#}
{% test audience_changes_add_up(model) %}
    select *
    from {{ model }}
    where
        case when was_in then 1 else 0 end
        + case when has_entered then 1 else 0 end
        - case when has_left then 1 else 0 end
        <> case when is_in then 1 else 0 end
{% endtest %}
