-- What relates the SKU bought to nothing is unknown where the relations or the products cannot be read.
with

judged as (
    select
        targets.point_id,
        targets.action,
        targets.recommended_sku,
        case
            when targets.target_kind <> 'same_sku' and not points.knows_sku_relations
                then {{ dbt.concat(["'unknown:'", "coalesce(points.unread_sku_relations, 'feed_sku_relations')"]) }}
            when not points.knows_products then {{ dbt.concat(["'unknown:'", "coalesce(points.unread_products, 'feed_products')"]) }}
            when targets.recommended_sku is null then 'problem:no_candidate'
            when targets.relation is null then 'problem:no_relation'
            else 'ok'
        end as answer
    from {{ ref('int_targets') }} as targets
    inner join {{ ref('int_points') }} as points
        on targets.point_id = points.point_id
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        null as since,
        null as clears_at,
        'products' as evidence_table,
        recommended_sku as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('related_sku', has_action=true) }}
