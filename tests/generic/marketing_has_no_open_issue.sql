{#- The same for issues: nobody with an open one, on whichever of the person's live orders, is made an offer. Review asks look at their own order alone. -#}
{% test marketing_has_no_open_issue(model) %}
    select
        candidates.customer_id,
        candidates.audience,
        issues.check_name
    from {{ model }} as candidates
    inner join {{ ref('int_points') }} as points
        on candidates.person_id = points.person_id and points.is_live
    inner join {{ ref('int_issues') }} as issues
        on points.point_id = issues.point_id
    where candidates.audience_class = 'marketing' and candidates.action <> 'review_request'
{% endtest %}
