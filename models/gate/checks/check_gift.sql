with

answers as (
    select
        point_id,
        case when is_gift then 'problem' else 'ok' end as state,
        'gift_order' as detail,
        ordered_at as since,
        null as clears_at,
        'orders' as evidence_table,
        order_id as evidence_id
    from {{ ref('int_points') }}
)

{{ post_purchase_gate.check_answers('gift') }}
