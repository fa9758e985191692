{{ config(materialized='view') }}
-- A line is a purchase at a snapshot when something of it was kept: no test, cancelled, replacement or exchange, and not wholly given back.
-- What was cancelled, refunded or exchanged after the snapshot still counts. A view: writing the ids of every line down costs more than
-- asking again.
select
    snapshots.snapshot_at,
    lines.order_line_id,
    lines.order_id,
    lines.customer_id,
    lines.person_id,
    lines.sku,
    coalesce(kept.units_kept, lines.quantity) as units_kept,
    lines.order_type = 'subscription_renewal' as is_renewal,
    lines.is_gift,
    lines.ordered_at
from {{ ref('int_order_lines') }} as lines
inner join {{ ref('int_snapshots') }} as snapshots
    on lines.ordered_at <= snapshots.snapshot_at
left join {{ ref('int_line_kept') }} as kept
    on
        lines.order_line_id = kept.order_line_id
        and snapshots.snapshot_at >= kept.valid_from
        and snapshots.snapshot_at < kept.valid_to
where
    lines.sku is not null
    and not lines.is_test
    and lines.order_type not in ('replacement', 'exchange')
    and lines.replaces_order_line_id is null
    and not coalesce(lines.cancelled_at <= snapshots.snapshot_at, false)
    and coalesce(kept.units_kept, lines.quantity) > 0
