-- A line is a purchase at a snapshot when something of it was kept: no test, cancelled, replacement or exchange, and not wholly refunded.
-- What was cancelled, refunded or exchanged after the snapshot still counts.
with

snapshots as (
    select snapshot_at
    from {{ ref('int_snapshots') }}
),

lines as (
    select
        snapshots.snapshot_at,
        lines.*
    from {{ ref('int_order_lines') }} as lines
    inner join snapshots
        on lines.ordered_at <= snapshots.snapshot_at
    where lines.sku is not null and not lines.is_test
),

refunds as (
    select
        snapshots.snapshot_at,
        refunds.order_id,
        refunds.order_line_id,
        refunds.quantity,
        coalesce(refunds.amount, 0) as amount
    from {{ ref('stg_refunds') }} as refunds
    inner join snapshots
        on refunds.refunded_at <= snapshots.snapshot_at
),

refunded_lines as (
    select
        snapshot_at,
        order_line_id,
        sum(quantity) as units_refunded,
        sum(amount) as amount_refunded
    from refunds
    where order_line_id is not null
    group by snapshot_at, order_line_id
),

refunded_orders as (
    select
        snapshot_at,
        order_id,
        sum(amount) as amount_refunded
    from refunds
    where order_line_id is null
    group by snapshot_at, order_id
),

-- a native exchange has no time of its own but that of its first parcel
first_parcels as (
    select
        order_line_id,
        min(shipped_at) as shipped_at
    from {{ ref('int_line_parcels') }}
    group by order_line_id
),

exchanged as (
    select
        new_lines.snapshot_at,
        successors.old_order_line_id
    from {{ ref('int_line_successors') }} as successors
    inner join lines as new_lines
        on successors.new_order_line_id = new_lines.order_line_id
    left join first_parcels
        on successors.new_order_line_id = first_parcels.order_line_id
    where
        successors.successor_kind in ('exchange', 'native_exchange')
        and case when successors.successor_kind = 'exchange' then new_lines.ordered_at else first_parcels.shipped_at end
        <= new_lines.snapshot_at
    group by new_lines.snapshot_at, successors.old_order_line_id
)

select
    lines.snapshot_at,
    lines.order_line_id,
    lines.order_id,
    lines.customer_id,
    lines.sku,
    cast(lines.quantity - coalesce(refunded_lines.units_refunded, 0) as integer) as units_kept,
    lines.order_type = 'subscription_renewal' as is_renewal,
    lines.is_gift,
    lines.ordered_at
from lines
left join refunded_lines
    on lines.order_line_id = refunded_lines.order_line_id and lines.snapshot_at = refunded_lines.snapshot_at
left join refunded_orders
    on lines.order_id = refunded_orders.order_id and lines.snapshot_at = refunded_orders.snapshot_at
left join exchanged
    on lines.order_line_id = exchanged.old_order_line_id and lines.snapshot_at = exchanged.snapshot_at
where
    lines.order_type not in ('replacement', 'exchange')
    and lines.replaces_order_line_id is null
    and exchanged.old_order_line_id is null
    and not coalesce(lines.cancelled_at <= lines.snapshot_at, false)
    and lines.quantity > coalesce(refunded_lines.units_refunded, 0)
    and not coalesce(refunded_lines.amount_refunded > 0 and refunded_lines.amount_refunded >= lines.net_amount, false)
    and not coalesce(refunded_orders.amount_refunded > 0 and refunded_orders.amount_refunded >= lines.order_total, false)
