with

judged as (
    select
        targets.point_id,
        targets.action,
        targets.subscription_id,
        case
            when targets.recommended_sku is null then 'ok'
            when targets.subscription_id is not null then 'problem:subscribed'
            when not points.knows_subscriptions
                then {{ dbt.concat(["'unknown:'", "coalesce(points.unread_subscriptions, 'feed_subscriptions')"]) }}
            else 'ok'
        end as answer
    from {{ ref('int_targets') }} as targets
    inner join {{ ref('int_points') }} as points
        on targets.point_id = points.point_id
    where targets.target_kind in ('same_sku', 'subscription')
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        null as since,
        null as clears_at,
        'subscriptions' as evidence_table,
        subscription_id as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('active_subscription', has_action=true) }}
