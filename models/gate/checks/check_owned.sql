with

judged as (
    select
        targets.point_id,
        targets.action,
        targets.owned_evidence_id,
        case
            when targets.recommended_sku is null then 'ok'
            when targets.owned_detail is not null then {{ dbt.concat(["'problem:'", "targets.owned_detail"]) }}
            {%- for feed in ['orders', 'refunds', 'fulfillments'] %}
            when not points.knows_{{ feed }} then {{ dbt.concat(["'unknown:'", "coalesce(points.unread_" ~ feed ~ ", 'feed_" ~ feed ~ "')"]) }}
            {%- endfor %}
            -- whose it is nobody knows
            when persons.has_shared_address then 'unknown:shared_address'
            else 'ok'
        end as answer
    from {{ ref('int_targets') }} as targets
    inner join {{ ref('int_points') }} as points
        on targets.point_id = points.point_id
    left join {{ ref('int_persons') }} as persons
        on points.customer_id = persons.customer_id
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        null as since,
        null as clears_at,
        'order_lines' as evidence_table,
        case when answer like 'problem:%' then owned_evidence_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('owned', has_action=true) }}
