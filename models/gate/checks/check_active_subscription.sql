with

answers as (
    select
        point_id,
        action,
        case when subscription_id is null then 'ok' else 'problem' end as state,
        'subscribed' as detail,
        null as since,
        null as clears_at,
        'subscriptions' as evidence_table,
        subscription_id as evidence_id
    from {{ ref('int_targets') }}
    where target_kind in ('same_sku', 'subscription')
)

{{ post_purchase_gate.check_answers('active_subscription', has_action=true) }}
