{#- An identity of counts: the model has as many rows as `to` has that meet the condition, so that nothing is lost or repeated on the way. -#}
{% test same_rows(model, to, condition='1 = 1') %}
    with

    counted as (
        select
            (select count(*) from {{ model }}) as rows_here,
            (select count(*) from {{ post_purchase_gate.built(to) }} where {{ condition }}) as rows_there
    )

    select *
    from counted
    where rows_here <> rows_there
{% endtest %}
