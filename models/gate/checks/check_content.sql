{{ config(enabled=post_purchase_gate.decides(['live'])) }}
-- What a message cannot go without: of the product that it recommends, else of the product bought. A slot that is missing, or a product that nobody
-- knows, holds it. An action that needs nothing is asked nothing.
with

products as (
    select
        sku,
        min(lower(trim(coalesce(product_id, sku)))) as product_key
    from {{ ref('stg_products') }}
    group by sku
),

needed as (
    select
        points.point_id,
        slots.action,
        slots.slot,
        slots.slot_position,
        slots.missing,
        case when catalogue.target_kind is null then lower(trim(points.product_id)) else products.product_key end as product_key
    from {{ ref('int_action_slots') }} as slots
    inner join {{ ref('actions') }} as catalogue
        on slots.action = catalogue.action
    inner join {{ ref('int_point_actions') }} as point_actions
        on slots.action = point_actions.action
    inner join {{ ref('int_points') }} as points
        on point_actions.point_id = points.point_id
    left join {{ ref('int_targets') }} as targets
        on point_actions.point_id = targets.point_id and point_actions.action = targets.action
    left join products
        on targets.recommended_sku = products.sku
    where points.is_live
),

ranked as (
    select
        needed.point_id,
        needed.action,
        needed.product_key,
        case when content.product_key is null then needed.missing else 'ok' end as answer,
        row_number() over (
            partition by needed.point_id, needed.action
            order by case when content.product_key is null then 0 else 1 end, needed.slot_position
        ) as position
    from needed
    left join {{ ref('int_product_content') }} as content
        on needed.product_key = content.product_key and needed.slot = content.slot
),

answers as (
    select
        point_id,
        action,
        split_part(answer, ':', 1) as state,
        split_part(answer, ':', 2) as detail,
        null as since,
        null as clears_at,
        'products' as evidence_table,
        product_key as evidence_id
    from ranked
    where position = 1
)

{{ post_purchase_gate.check_answers('content', has_action=true) }}
