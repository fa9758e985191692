-- The SKUs that a point could recommend, per kind of offer: what its snapshot relates to the SKU bought, and the SKU itself. A past
-- message's own recommendation is its only candidate, related or not; a past point without one is given its own action's kind alone. No
-- subscription is offered for what is not used up.
with

points as (
    select
        points.point_id,
        points.snapshot_at,
        points.sku,
        points.audited_sku,
        actions.target_kind as audited_kind,
        coalesce(sku_days.basis, 'none') <> 'none' as is_used_up
    from {{ ref('int_points') }} as points
    left join {{ ref('actions') }} as actions
        on points.audited_action = actions.action
    left join {{ ref('int_rebuy_sku_days') }} as sku_days
        on points.snapshot_at = sku_days.snapshot_at and points.sku = sku_days.sku
    -- most past messages recommend nothing
    where points.sku is not null and (points.audited_action is null or actions.target_kind is not null)
),

same_sku_kinds as (
    select 'same_sku' as target_kind
    union all
    select 'subscription' as target_kind
)

select
    points.point_id,
    targets.target_kind,
    targets.related_sku as candidate_sku,
    targets.relation,
    targets.compatibility
from points
inner join {{ ref('int_pair_targets') }} as targets
    on points.snapshot_at = targets.snapshot_at and points.sku = targets.sku
where
    points.audited_sku is null
    and coalesce(points.audited_kind, targets.target_kind) = targets.target_kind
    and (targets.target_kind <> 'subscription' or points.is_used_up)
union all
select
    points.point_id,
    same_sku_kinds.target_kind,
    points.sku as candidate_sku,
    'same_sku' as relation,
    'compatible' as compatibility
from points
cross join same_sku_kinds
where
    points.audited_sku is null
    and coalesce(points.audited_kind, same_sku_kinds.target_kind) = same_sku_kinds.target_kind
    and (same_sku_kinds.target_kind <> 'subscription' or points.is_used_up)
union all
select
    points.point_id,
    points.audited_kind as target_kind,
    points.audited_sku as candidate_sku,
    case
        when points.audited_kind = 'subscription' and not points.is_used_up then null
        when points.audited_sku = points.sku then 'same_sku'
        when not pairs.is_substitute then pairs.relation
    end as relation,
    case when points.audited_sku = points.sku then 'compatible' else pairs.compatibility end as compatibility
from points
left join {{ ref('int_pairs') }} as pairs
    on
        points.snapshot_at = pairs.snapshot_at
        and points.sku = pairs.sku
        and points.audited_sku = pairs.related_sku
where points.audited_sku is not null
