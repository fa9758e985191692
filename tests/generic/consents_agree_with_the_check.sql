{#- One rule, two readers: per customer it says of the default channel what the check says of its live lines, whatever SKU they offer. -#}
{% test consents_agree_with_the_check(model) %}
    select
        points.point_id,
        consents.consent,
        answers.state
    from {{ model }} as consents
    inner join {{ ref('int_points') }} as points
        on consents.customer_id = points.customer_id and consents.channel = points.channel and points.is_live
    inner join {{ ref('int_orders') }} as orders
        on points.order_id = orders.order_id and coalesce(consents.store_id, '') = coalesce(orders.store_id, '')
    inner join {{ ref('check_consent') }} as answers
        on points.point_id = answers.point_id and answers.action is null
    -- a row that was refused is known of the line alone
    where consents.consent <> answers.state and coalesce(answers.detail, '') <> 'refused_row'
{% endtest %}
