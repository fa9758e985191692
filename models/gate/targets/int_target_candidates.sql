-- The SKUs that a point could recommend, per kind of offer: what its snapshot relates to the SKU bought, and the SKU itself. A past
-- message's own recommendation is its only candidate, related or not; a past point without one is given its own action's kind alone.
with

points as (
    select
        points.point_id,
        points.snapshot_at,
        points.sku,
        points.audited_sku,
        actions.target_kind as audited_kind
    from {{ ref('int_points') }} as points
    left join {{ ref('actions') }} as actions
        on points.audited_action = actions.action
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
where points.audited_sku is null and coalesce(points.audited_kind, targets.target_kind) = targets.target_kind
union all
select
    points.point_id,
    same_sku_kinds.target_kind,
    points.sku as candidate_sku,
    'same_sku' as relation,
    'compatible' as compatibility
from points
cross join same_sku_kinds
where points.audited_sku is null and coalesce(points.audited_kind, same_sku_kinds.target_kind) = same_sku_kinds.target_kind
union all
select
    points.point_id,
    points.audited_kind as target_kind,
    points.audited_sku as candidate_sku,
    case when points.audited_sku = points.sku then 'same_sku' when not pairs.is_substitute then pairs.relation end as relation,
    case when points.audited_sku = points.sku then 'compatible' else pairs.compatibility end as compatibility
from points
left join {{ ref('int_pairs') }} as pairs
    on
        points.snapshot_at = pairs.snapshot_at
        and points.sku = pairs.sku
        and points.audited_sku = pairs.related_sku
where points.audited_sku is not null
