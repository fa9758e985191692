with

answers as (
    select
        point_id,
        action,
        case when recommended_sku is null or owned_detail is null then 'ok' else 'problem' end as state,
        owned_detail as detail,
        null as since,
        null as clears_at,
        'order_lines' as evidence_table,
        owned_evidence_id as evidence_id
    from {{ ref('int_targets') }}
)

{{ post_purchase_gate.check_answers('owned', has_action=true) }}
