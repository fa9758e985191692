{{ config(materialized='view') }}
-- A line is a purchase at a snapshot when something of it was kept: no test, cancelled, replacement or exchange, and not wholly refunded.
-- What was cancelled, refunded or exchanged after the snapshot still counts. A view: writing the ids of every line down costs more than
-- asking again.
with

lines as (
    select
        lines.*,
        exchanges.exchanged_at
    from {{ ref('int_order_lines') }} as lines
    left join {{ ref('int_pair_exchanges') }} as exchanges
        on lines.order_line_id = exchanges.order_line_id
    where
        lines.sku is not null
        and not lines.is_test
        and lines.order_type not in ('replacement', 'exchange')
        and lines.replaces_order_line_id is null
),

refunded_lines as (
    select
        snapshots.snapshot_at,
        refunds.order_line_id,
        sum(refunds.quantity) as units_refunded,
        sum(coalesce(refunds.amount, 0)) as amount_refunded
    from {{ ref('stg_refunds') }} as refunds
    inner join {{ ref('int_snapshots') }} as snapshots
        on refunds.refunded_at <= snapshots.snapshot_at
    where refunds.order_line_id is not null
    group by snapshots.snapshot_at, refunds.order_line_id
),

refunded_orders as (
    select
        snapshots.snapshot_at,
        refunds.order_id,
        sum(coalesce(refunds.amount, 0)) as amount_refunded
    from {{ ref('stg_refunds') }} as refunds
    inner join {{ ref('int_snapshots') }} as snapshots
        on refunds.refunded_at <= snapshots.snapshot_at
    where refunds.order_line_id is null
    group by snapshots.snapshot_at, refunds.order_id
)

select
    snapshots.snapshot_at,
    lines.order_line_id,
    lines.order_id,
    lines.customer_id,
    lines.sku,
    cast(lines.quantity - coalesce(refunded_lines.units_refunded, 0) as integer) as units_kept,
    lines.order_type = 'subscription_renewal' as is_renewal,
    lines.is_gift,
    lines.ordered_at
from lines
inner join {{ ref('int_snapshots') }} as snapshots
    on lines.ordered_at <= snapshots.snapshot_at
left join refunded_lines
    on lines.order_line_id = refunded_lines.order_line_id and snapshots.snapshot_at = refunded_lines.snapshot_at
left join refunded_orders
    on lines.order_id = refunded_orders.order_id and snapshots.snapshot_at = refunded_orders.snapshot_at
where
    not coalesce(lines.exchanged_at <= snapshots.snapshot_at, false)
    and not coalesce(lines.cancelled_at <= snapshots.snapshot_at, false)
    and lines.quantity > coalesce(refunded_lines.units_refunded, 0)
    and not coalesce(refunded_lines.amount_refunded > 0 and refunded_lines.amount_refunded >= lines.net_amount, false)
    and not coalesce(refunded_orders.amount_refunded > 0 and refunded_orders.amount_refunded >= lines.order_total, false)
