{#- Every check and state that can hold a past send has a problem that an audit calls it: a reason without one would vanish from the summary. -#}
{% test names_every_hold(model) %}
    select
        matrix.check_name,
        matrix.state
    from {{ ref('int_policy_matrix') }} as matrix
    inner join {{ ref('checks') }} as checks
        on matrix.check_name = checks.check_name
    left join {{ model }} as own
        on matrix.check_name = own.check_name and matrix.state = own.state and matrix.action = own.action
    left join {{ model }} as general
        on matrix.check_name = general.check_name and matrix.state = general.state and general.action = '*'
    where not checks.is_live_only and own.problem is null and general.problem is null
    group by matrix.check_name, matrix.state
{% endtest %}
