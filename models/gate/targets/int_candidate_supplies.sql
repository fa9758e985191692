-- Until when what the person has of a candidate that is used up will last: every unit delivered or under way, less what was given back, one after the
-- other. A unit under way is there from now on at the earliest. From each arrival on, all that came then or later must be used up.
with

reckoned as (
    select
        lines.point_id,
        lines.candidate_sku,
        lines.order_line_id,
        lines.ordered_at,
        lines.is_own_accord,
        lines.units_kept,
        points.sku = lines.candidate_sku
        and lines.is_own_accord
        and lines.is_of_standing_order
        and lines.ordered_at > points.root_ordered_at as is_later_purchase,
        coalesce(lines.arrived_at, lines.point_at) as from_at,
        {{ post_purchase_gate.rhythm_columns('sku_days.basis', 'products.consumable_days', 'sku_days.log_days', 'own_gaps', 'residuals.residual') }}
    from {{ ref('int_candidate_lines') }} as lines
    inner join {{ ref('int_points') }} as points
        on lines.point_id = points.point_id
    inner join {{ ref('int_rebuy_sku_days') }} as sku_days
        on points.snapshot_at = sku_days.snapshot_at and lines.candidate_sku = sku_days.sku
    inner join {{ ref('stg_products') }} as products
        on lines.candidate_sku = products.sku
    left join {{ ref('int_rebuy_own_gaps') }} as own_gaps
        on
            points.snapshot_at = own_gaps.snapshot_at
            and points.person_id = own_gaps.person_id
            and lines.candidate_sku = own_gaps.sku
    left join {{ ref('int_rebuy_residuals') }} as residuals
        on points.snapshot_at = residuals.snapshot_at and points.person_id = residuals.person_id
    where sku_days.basis <> 'none' and lines.is_same_sku and lines.units_kept > 0
),

deviating as (
    select
        *,
        {{ post_purchase_gate.rhythm_deviation() }}
    from reckoned
),

used_up as (
    select
        *,
        {{ post_purchase_gate.days_per_unit() }} as days_per_unit
    from deviating
),

lasting as (
    select
        *,
        sum({{ 'units_kept' if var('rebuy_by_unit') else "case when basis = 'own_gaps' then 1 else units_kept end" }} * days_per_unit) over (
            partition by point_id, candidate_sku order by from_at desc, order_line_id desc
            rows between unbounded preceding and current row
        ) as days_from_then
    from used_up
)

select
    point_id,
    candidate_sku,
    max({{ post_purchase_gate.add_time('second', post_purchase_gate.seconds_of_use('days_from_then'), 'from_at') }}) as lasts_until,
    max(order_line_id) as supply_order_line_id,
    max(case when is_later_purchase then order_line_id end) as later_order_line_id,
    max(case when is_later_purchase then ordered_at end) as bought_again_at
from lasting
group by point_id, candidate_sku
