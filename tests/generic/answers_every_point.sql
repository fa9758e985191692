{#-
    Every decision point that asks (`of`: the view of those that do, all unless said otherwise) has exactly one answer: a check that loses a
    point would let it pass, one that repeats it would count twice.
-#}
{% test answers_every_point(model, of=none) %}
    with

    answers as (
        select point_id
        from {{ model }}
    )

    select
        points.point_id,
        count(answers.point_id) as answers
    from {{ of or ref('int_points') }} as points
    left join answers
        on points.point_id = answers.point_id
    group by points.point_id
    having count(answers.point_id) <> 1
{% endtest %}
