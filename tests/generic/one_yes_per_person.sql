{#- Offers compete: whoever asks for one is told yes for no more than one of a person, whatever address or channel is asked about. -#}
{% test one_yes_per_person(model) %}
    select
        person_id,
        count(distinct order_id || ' ' || action) as offers
    from {{ model }}
    where verdict = 'send' and action_class = 'commercial'
    group by person_id
    having count(distinct order_id || ' ' || action) > 1
{% endtest %}
