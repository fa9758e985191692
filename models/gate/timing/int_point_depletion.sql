-- When the units of a point's line are used up, all of it as known at the snapshot.
with

reckoned as (
    select
        points.point_id,
        refunds.units_kept,
        delivery.delivered_at,
        {{ post_purchase_gate.rhythm_columns('sku_days.basis', 'points.consumable_days', 'sku_days.log_days', 'own_gaps', 'residuals.residual') }}
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_rebuy_sku_days') }} as sku_days
        on points.snapshot_at = sku_days.snapshot_at and points.sku = sku_days.sku
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
    left join {{ ref('int_rebuy_own_gaps') }} as own_gaps
        on
            points.snapshot_at = own_gaps.snapshot_at
            and points.person_id = own_gaps.person_id
            and points.sku = own_gaps.sku
    left join {{ ref('int_rebuy_residuals') }} as residuals
        on points.snapshot_at = residuals.snapshot_at and points.person_id = residuals.person_id
    where sku_days.basis <> 'none' and {{ post_purchase_gate.asks_for('depletion') }}
),

deviating as (
    select
        *,
        {{ post_purchase_gate.rhythm_deviation() }}
    from reckoned
),

lasting as (
    select
        *,
        {{ post_purchase_gate.days_per_unit() }} as days_per_unit
    from deviating
)

select
    point_id,
    basis,
    case when basis = 'declared' then 0 else gaps end as customer_gaps,
    days_per_unit,
    units_kept,
    -- what was given back is not used up
    case when units_kept > 0 then {{ post_purchase_gate.add_time(
        'second',
        post_purchase_gate.seconds_of_use(post_purchase_gate.days_of_use(
            'units_kept' if var('rebuy_by_unit') else "case when basis = 'own_gaps' then 1 else units_kept end", 'days_per_unit'
        )),
        'delivered_at'
    ) }} end as depletion_at
from lasting
