with

answers as (
    select
        point_id,
        action,
        case when recommended_sku is null then 'ok' else stock_state end as state,
        'not_for_sale' as detail,
        null as since,
        null as clears_at,
        'products' as evidence_table,
        recommended_sku as evidence_id
    from {{ ref('int_targets') }}
)

{{ post_purchase_gate.check_answers('stock', has_action=true) }}
