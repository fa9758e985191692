{#-
    No group may be asked for a review less than another: within each dimension the rates of groups with enough lines differ by at most the
    tolerance. That is for what the gate's own rule decides, which is no sample: it asks alike or it does not. The rows are the groups that are
    asked least, with what they fall short of.
-#}
{% test asks_alike(model, rate, tolerance, min_lines) %}
    with

    compared as (
        select
            dimension,
            group_name,
            {{ rate }} as rate,
            max({{ rate }}) over (partition by dimension) as highest_rate
        from {{ model }}
        where lines >= {{ min_lines }}
    )

    select *
    from compared
    where highest_rate - rate > {{ tolerance }}
{% endtest %}
