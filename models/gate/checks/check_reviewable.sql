with

answers as (
    select
        point_id,
        case when is_reviewable then 'ok' else 'problem' end as state,
        'not_reviewable' as detail,
        null as since,
        null as clears_at,
        'products' as evidence_table,
        sku as evidence_id
    from {{ ref('int_points') }}
)

{{ post_purchase_gate.check_answers('reviewable') }}
