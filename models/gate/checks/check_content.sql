{{ config(enabled=post_purchase_gate.decides(['live'])) }}
-- What a message cannot go without: of the product that it recommends, else of the product bought. A slot that is missing, or a product that nobody
-- knows, holds it. An action that needs nothing is asked nothing.
with

needed as (
    select
        points.point_id,
        slots.action,
        slots.slot,
        slots.slot_position,
        slots.missing,
        case when catalogue.target_kind is null then lower(trim(points.product_id)) else products.product_key end as product_key,
        case slots.slot
            when 'tracking' then parcels.tracking_url is not null
            when 'returns_until' then {{ 'false' if var('returns_days', none) is none else 'use_evidence.delivered_at is not null' }}
        end as is_known
    from {{ ref('int_action_slots') }} as slots
    inner join {{ ref('actions') }} as catalogue
        on slots.action = catalogue.action
    inner join {{ ref('int_point_actions') }} as point_actions
        on slots.action = point_actions.action
    inner join {{ ref('int_points') }} as points
        on point_actions.point_id = points.point_id
    left join {{ ref('int_targets') }} as targets
        on point_actions.point_id = targets.point_id and point_actions.action = targets.action
    left join {{ ref('int_parcels') }} as parcels
        on point_actions.fulfillment_id = parcels.fulfillment_id
    left join {{ ref('int_use_evidence') }} as use_evidence
        on points.point_id = use_evidence.point_id
    left join {{ ref('stg_products') }} as products
        on targets.recommended_sku = products.sku
    where points.is_live
),

looked_up as (
    select
        needed.*,
        coalesce(needed.is_known, content.product_key is not null) as is_there
    from needed
    left join {{ ref('int_product_content') }} as content
        on needed.product_key = content.product_key and needed.slot = content.slot
),

ranked as (
    select
        point_id,
        action,
        product_key,
        case when is_there then 'ok' else missing end as answer,
        row_number() over (
            partition by point_id, action
            order by case when is_there then 1 else 0 end, slot_position
        ) as position
    from looked_up
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
        product_key as evidence_id
    from ranked
    where position = 1
)

{{ post_purchase_gate.check_answers('content', has_action=true) }}
