-- A line is a purchase at as_of when something of it was kept: no test, cancelled, replacement or exchange, and not wholly refunded.
-- What was cancelled, refunded or exchanged after as_of still counts.
with

lines as (
    select * from {{ ref('int_order_lines') }}
),

refunded_lines as (
    select
        order_line_id,
        sum(quantity) as units_refunded,
        sum(coalesce(amount, 0)) as amount_refunded
    from {{ ref('stg_refunds') }}
    where refunded_at <= {{ post_purchase_gate.as_of() }} and order_line_id is not null
    group by order_line_id
),

refunded_orders as (
    select
        order_id,
        sum(coalesce(amount, 0)) as amount_refunded
    from {{ ref('stg_refunds') }}
    where refunded_at <= {{ post_purchase_gate.as_of() }} and order_line_id is null
    group by order_id
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
    select successors.old_order_line_id
    from {{ ref('int_line_successors') }} as successors
    inner join lines as new_lines
        on successors.new_order_line_id = new_lines.order_line_id
    left join first_parcels
        on successors.new_order_line_id = first_parcels.order_line_id
    where
        successors.successor_kind in ('exchange', 'native_exchange')
        and case when successors.successor_kind = 'exchange' then new_lines.ordered_at else first_parcels.shipped_at end
        <= {{ post_purchase_gate.as_of() }}
    group by successors.old_order_line_id
)

select
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
    on lines.order_line_id = refunded_lines.order_line_id
left join refunded_orders
    on lines.order_id = refunded_orders.order_id
left join exchanged
    on lines.order_line_id = exchanged.old_order_line_id
where
    lines.ordered_at <= {{ post_purchase_gate.as_of() }}
    and lines.sku is not null
    and not lines.is_test
    and lines.order_type not in ('replacement', 'exchange')
    and lines.replaces_order_line_id is null
    and exchanged.old_order_line_id is null
    and not coalesce(lines.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
    and lines.quantity > coalesce(refunded_lines.units_refunded, 0)
    and not coalesce(refunded_lines.amount_refunded > 0 and refunded_lines.amount_refunded >= lines.net_amount, false)
    and not coalesce(refunded_orders.amount_refunded > 0 and refunded_orders.amount_refunded >= lines.order_total, false)
