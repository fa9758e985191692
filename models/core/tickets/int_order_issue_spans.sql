-- While an order had a ticket or a refund request open: what the audit of a past send knows of the person's other orders. A ticket that names
-- no order concerns each of them by itself.
with

ticket_runs as (
    select
        ticket_id,
        run_number,
        min(run_opened_at) as open_from,
        min(case when not is_open then occurred_at end) as open_until
    from {{ ref('int_ticket_timeline') }}
    group by ticket_id, run_number
),

ticket_orders as (
    select
        scopes.ticket_id,
        coalesce(scopes.root_order_id, lines.root_order_id) as root_order_id
    from {{ ref('int_ticket_scopes') }} as scopes
    left join {{ ref('int_order_lines') }} as lines
        on scopes.order_line_id = lines.order_line_id
    where scopes.ticket_scope <> 'person'
    group by scopes.ticket_id, coalesce(scopes.root_order_id, lines.root_order_id)
),

spans as (
    select
        ticket_orders.root_order_id,
        'tickets' as evidence_table,
        ticket_runs.ticket_id as evidence_id,
        ticket_runs.open_from,
        ticket_runs.open_until
    from ticket_runs
    inner join ticket_orders
        on ticket_runs.ticket_id = ticket_orders.ticket_id
    union all
    select
        refunds.root_order_id,
        'refunds' as evidence_table,
        refunds.refund_id as evidence_id,
        refunds.requested_at as open_from,
        case when refunds.rejected_at < refunds.refunded_at then refunds.rejected_at else coalesce(refunds.refunded_at, refunds.rejected_at) end
            as open_until
    from {{ ref('int_refund_moves') }} as refunds
    where refunds.requested_at is not null and not refunds.is_shipping
)

select
    orders.person_id,
    spans.root_order_id,
    spans.evidence_table,
    spans.evidence_id,
    spans.open_from,
    coalesce(spans.open_until, {{ post_purchase_gate.end_of_time() }}) as open_until
from spans
inner join {{ ref('int_orders') }} as orders
    on spans.root_order_id = orders.order_id
where not orders.is_test
