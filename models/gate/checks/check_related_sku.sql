with

answers as (
    select
        point_id,
        action,
        case when recommended_sku is null or relation is null then 'problem' else 'ok' end as state,
        case when recommended_sku is null then 'no_candidate' else 'no_relation' end as detail,
        null as since,
        null as clears_at,
        'products' as evidence_table,
        recommended_sku as evidence_id
    from {{ ref('int_targets') }}
)

{{ post_purchase_gate.check_answers('related_sku', has_action=true) }}
