{#- The same for issues: nobody with an open one, on whichever of his live orders, is in a marketing audience. -#}
{% test marketing_has_no_open_issue(model) %}
    select
        candidates.customer_id,
        candidates.audience,
        issues.check_name
    from {{ model }} as candidates
    inner join {{ ref('int_points') }} as points
        on candidates.customer_id = points.customer_id and points.is_live
    inner join {{ ref('int_issues') }} as issues
        on points.point_id = issues.point_id
    where candidates.audience_class = 'marketing'
{% endtest %}
