with

judged as (
    select
        targets.point_id,
        targets.action,
        targets.subscription_id,
        targets.supplied_evidence_id,
        targets.lasts_until,
        targets.bought_again_at,
        case
            when targets.supplied_detail is not null then {{ dbt.concat(["'problem:'", "targets.supplied_detail"]) }}
            when not targets.is_asked_for_supply then 'ok'
            {%- for feed in ['orders', 'fulfillments', 'refunds', 'subscriptions'] %}
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
    where targets.target_kind in ('same_sku', 'cross_sell', 'subscription')
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case when answer = 'problem:bought_again' then bought_again_at end as since,
        case when answer = 'problem:enough_at_hand' then {{ post_purchase_gate.add_days(-1 * var('supply_days'), 'lasts_until') }} end as clears_at,
        case when answer = 'problem:subscribed' then 'subscriptions' else 'order_lines' end as evidence_table,
        case
            when answer = 'problem:subscribed' then subscription_id
            when answer like 'problem:%' then supplied_evidence_id
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('supplied', has_action=true) }}
