with

answers as (
    select
        point_id,
        action,
        case when recommended_sku is null then 'ok' else compatibility_state end as state,
        case
            when compatibility_state = 'problem' then 'incompatible'
            when compatibility_state = 'unknown' and compatibility = 'unknown' then 'unknown_value'
            when compatibility_state = 'unknown' then 'not_stated'
        end as detail,
        null as since,
        null as clears_at,
        'sku_relations' as evidence_table,
        recommended_sku as evidence_id
    from {{ ref('int_targets') }}
)

{{ post_purchase_gate.check_answers('compatibility', has_action=true) }}
