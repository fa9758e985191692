{{ config(materialized='view') }}
-- Which goods a line waits for: its own, less what a replacement stands in for. The newest replacements come first: one that was replaced in turn is
-- waited for no longer. A cancelled replacement stands for nothing. A line that came by an exchange inside its order is due from the exchange on, which
-- its refund dates; without one nobody knows since when it is owed.
with

-- what left once is looked for, paid or not
orders_shipped as (
    select
        order_id,
        min(shipped_at) as shipped_at
    from {{ ref('int_parcels') }}
    where cancelled_at is null and shipped_at is not null
    group by order_id
),

points as (
    select
        points.point_id,
        points.point_at,
        points.order_line_id,
        points.ship_by,
        case when exchanged_in.new_order_line_id is null then points.ordered_at else exchanged_in.asked_at end as ordered_at,
        case
            when payments.is_payment_problem and not coalesce(orders_shipped.shipped_at <= points.point_at, false) then 0
            else refunds.units_owed
        end as units_owed
    from {{ ref('int_instants') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
    left join orders_shipped
        on points.order_id = orders_shipped.order_id
    left join {{ ref('int_native_exchanges') }} as exchanged_in
        on points.order_line_id = exchanged_in.new_order_line_id
    where not points.is_digital
),

replacements as (
    select
        points.point_id,
        points.units_owed,
        new_lines.order_line_id,
        new_lines.quantity,
        new_lines.ordered_at,
        new_lines.ship_by,
        coalesce(sum(new_lines.quantity) over (
            partition by points.point_id order by new_lines.ordered_at desc, new_lines.order_line_id desc
            rows between unbounded preceding and 1 preceding
        ), 0) as newer_units
    from points
    inner join {{ ref('int_line_successors') }} as successors
        on points.order_line_id = successors.old_order_line_id and successors.successor_kind = 'replacement'
    inner join {{ ref('int_order_lines') }} as new_lines
        on successors.new_order_line_id = new_lines.order_line_id
    where
        new_lines.ordered_at <= points.point_at
        and not coalesce(new_lines.cancelled_at <= points.point_at, false)
),

standing_in as (
    select
        *,
        {{ post_purchase_gate.least() }}(quantity, units_owed - newer_units) as units_needed
    from replacements
    where units_owed > newer_units
),

promised as (
    select
        point_id,
        sum(units_needed) as units
    from standing_in
    group by point_id
),

goods as (
    select
        points.point_id,
        points.order_line_id as carried_order_line_id,
        false as is_replacement,
        points.units_owed,
        points.units_owed - coalesce(promised.units, 0) as units_needed,
        points.ordered_at,
        points.ship_by
    from points
    left join promised
        on points.point_id = promised.point_id
    union all
    select
        point_id,
        order_line_id as carried_order_line_id,
        true as is_replacement,
        units_owed,
        units_needed,
        ordered_at,
        ship_by
    from standing_in
)

select
    point_id,
    carried_order_line_id,
    is_replacement,
    cast(units_owed as decimal(18, 4)) as units_owed,
    cast(units_needed as decimal(18, 4)) as units_needed,
    ordered_at,
    coalesce(ship_by, {{ post_purchase_gate.add_days(var('handling_days'), 'ordered_at') }}) as ship_due_at
from goods
