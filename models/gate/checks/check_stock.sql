with

judged as (
    select
        targets.point_id,
        targets.action,
        targets.recommended_sku,
        case
            when targets.recommended_sku is null then 'ok'
            when targets.stock_state = 'problem' then 'problem:not_for_sale'
            when not points.knows_products then {{ dbt.concat(["'unknown:'", "coalesce(points.unread_products, 'feed_products')"]) }}
            when targets.stock_state = 'unknown' then 'unknown:no_product'
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

{{ post_purchase_gate.check_answers('stock', has_action=true) }}
