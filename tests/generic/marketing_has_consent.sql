{#- The second line behind the gate matrix, which a person may edit: nobody is in a marketing audience whose consent check is not ok. -#}
{% test marketing_has_consent(model) %}
    select
        candidates.customer_id,
        candidates.audience,
        findings.state,
        findings.detail
    from {{ model }} as candidates
    inner join {{ ref('int_points') }} as points
        on candidates.order_line_id = points.order_line_id and points.is_live
    inner join {{ ref('int_findings') }} as findings
        on points.point_id = findings.point_id and findings.check_name in ('consent', 'deliverability')
    where
        candidates.audience_class = 'marketing'
        -- what goes over another channel is judged there (int_channel_findings)
        and candidates.channel = '{{ var("default_channel") }}'
        and (findings.action is null or findings.action = candidates.action)
{% endtest %}
