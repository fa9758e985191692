-- When which units of a line were exchanged: by an exchange order from its own date. Order lines carry no date: an exchange inside an order took
-- effect when its refund was made or its first parcel left, whichever was first (a request alone is a wish, as it is before an exchange order),
-- and else is only known to be made by now: what comes later was not known. Before the first word of it (int_order_lines.known_from) it is none,
-- whenever the order is looked at. A cancelled exchange gives the units back.
with

first_parcels as (
    select
        order_line_id,
        min(shipped_at) as shipped_at
    from {{ ref('int_line_parcels') }}
    where not is_replacement
    group by order_line_id
),

exchange_refunds as (
    select
        order_line_id,
        min(refunded_at) as refunded_at
    from {{ ref('int_refund_moves') }}
    where reason = 'exchange' and refunded_at is not null
    group by order_line_id
),

exchanges as (
    select
        successors.old_order_line_id,
        successors.new_order_line_id,
        old_lines.root_order_id,
        new_lines.order_id as new_order_id,
        {{ post_purchase_gate.least() }}(new_lines.quantity, old_lines.quantity) as units,
        case
            when successors.successor_kind = 'exchange' then new_lines.ordered_at
            else {{ post_purchase_gate.greatest() }}(
                new_lines.known_from,
                {{ post_purchase_gate.least(3) }}(
                    coalesce(exchange_refunds.refunded_at, {{ post_purchase_gate.as_of() }}),
                    coalesce(first_parcels.shipped_at, {{ post_purchase_gate.as_of() }}),
                    {{ post_purchase_gate.as_of() }}
                )
            )
        end as exchanged_at,
        new_lines.cancelled_at
    from {{ ref('int_line_successors') }} as successors
    inner join {{ ref('int_order_lines') }} as new_lines
        on successors.new_order_line_id = new_lines.order_line_id
    inner join {{ ref('int_order_lines') }} as old_lines
        on successors.old_order_line_id = old_lines.order_line_id
    left join first_parcels
        on successors.new_order_line_id = first_parcels.order_line_id
    left join exchange_refunds
        on successors.old_order_line_id = exchange_refunds.order_line_id
    where successors.successor_kind in ('exchange', 'native_exchange')
)

select
    *,
    coalesce(cancelled_at <= exchanged_at, false) as is_void
from exchanges
