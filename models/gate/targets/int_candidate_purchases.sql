-- Whether the person has a candidate already: bought and kept in any variant (no consumable), in an order not yet delivered, or refunded in the
-- last year.
with

states as (
    select
        lines.point_id,
        lines.candidate_sku,
        lines.order_line_id,
        case
            when lines.is_refunded and lines.last_refunded_at > {{ post_purchase_gate.add_days(-365, 'lines.point_at') }}
                then 'refunded_in_the_last_year'
            when lines.units_kept <= 0 then null
            when lines.arrived_at is null then 'in_an_order_under_way'
            when coalesce(sku_days.basis, 'none') = 'none' then 'bought_before'
        end as owned_detail
    from {{ ref('int_candidate_lines') }} as lines
    inner join {{ ref('int_points') }} as points
        on lines.point_id = points.point_id
    left join {{ ref('int_rebuy_sku_days') }} as sku_days
        on points.snapshot_at = sku_days.snapshot_at and lines.candidate_sku = sku_days.sku
)

select
    point_id,
    candidate_sku,
    min(owned_detail) as owned_detail,
    min(order_line_id) as owned_evidence_id
from states
where owned_detail is not null
group by point_id, candidate_sku
