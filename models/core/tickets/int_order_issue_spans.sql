-- While an order had an issue that core facts date: an open ticket, refund request or chargeback, a carrier's exception, a parcel that was lost or went
-- back until it was paid back or replaced. It is what makes an old order live again, where somebody reported it, and what the audit of a past send
-- knows of the person's other orders. A ticket that names no order concerns each of them by itself.
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
        scopes.order_line_id,
        coalesce(scopes.root_order_id, lines.root_order_id) as root_order_id
    from {{ ref('int_ticket_scopes') }} as scopes
    left join {{ ref('int_order_lines') }} as lines
        on scopes.order_line_id = lines.order_line_id
    where scopes.ticket_scope <> 'person'
    group by scopes.ticket_id, scopes.order_line_id, coalesce(scopes.root_order_id, lines.root_order_id)
),

troubles as (
    select
        parcels.root_order_id,
        states.fulfillment_id,
        states.parcel_state in ('lost', 'failed', 'returned_to_sender') as is_failed,
        states.from_at as open_from,
        {{ post_purchase_gate.least() }}(states.until_at, coalesce(parcels.cancelled_at, states.until_at)) as open_until
    from {{ ref('int_parcel_states') }} as states
    inner join {{ ref('int_parcels') }} as parcels
        on states.fulfillment_id = parcels.fulfillment_id
    where states.exception_since is not null or states.parcel_state in ('lost', 'failed', 'returned_to_sender')
),

-- what ends the wait for a parcel that will not come
amends as (
    select
        root_order_id,
        refunded_at as made_at
    from {{ ref('int_refund_moves') }}
    where refunded_at is not null and not is_shipping
    union all
    select
        root_order_id,
        ordered_at as made_at
    from {{ ref('int_orders') }}
    where order_type = 'replacement'
),

failures as (
    select
        troubles.root_order_id,
        troubles.fulfillment_id,
        troubles.open_from,
        {{ post_purchase_gate.least() }}(troubles.open_until, coalesce(min(amends.made_at), troubles.open_until)) as open_until
    from troubles
    left join amends
        on troubles.root_order_id = amends.root_order_id and troubles.open_from <= amends.made_at
    where troubles.is_failed
    group by troubles.root_order_id, troubles.fulfillment_id, troubles.open_from, troubles.open_until
),

chargebacks as (
    select
        orders.root_order_id,
        payments.payment_id,
        payments.occurred_at as open_from,
        min(won.occurred_at) as open_until
    from {{ ref('stg_payments') }} as payments
    inner join {{ ref('int_orders') }} as orders
        on payments.order_id = orders.order_id
    left join {{ ref('stg_payments') }} as won
        on payments.order_id = won.order_id and won.status = 'chargeback_won' and payments.occurred_at < won.occurred_at
    where payments.status = 'chargeback'
    group by orders.root_order_id, payments.payment_id, payments.occurred_at
),

spans as (
    select
        ticket_orders.root_order_id,
        ticket_orders.order_line_id,
        'tickets' as evidence_table,
        ticket_runs.ticket_id as evidence_id,
        true as is_reported,
        ticket_runs.open_from,
        ticket_runs.open_until
    from ticket_runs
    inner join ticket_orders
        on ticket_runs.ticket_id = ticket_orders.ticket_id
    union all
    select
        refunds.root_order_id,
        refunds.order_line_id,
        'refunds' as evidence_table,
        refunds.refund_id as evidence_id,
        true as is_reported,
        refunds.requested_at as open_from,
        case when refunds.rejected_at < refunds.refunded_at then refunds.rejected_at else coalesce(refunds.refunded_at, refunds.rejected_at) end
            as open_until
    from {{ ref('int_refund_moves') }} as refunds
    where refunds.requested_at is not null and not refunds.is_shipping
    union all
    select
        root_order_id,
        cast(null as {{ dbt.type_string() }}) as order_line_id,
        'payments' as evidence_table,
        payment_id as evidence_id,
        true as is_reported,
        open_from,
        open_until
    from chargebacks
    union all
    select
        root_order_id,
        cast(null as {{ dbt.type_string() }}) as order_line_id,
        'fulfillments' as evidence_table,
        fulfillment_id as evidence_id,
        false as is_reported,
        open_from,
        open_until
    from troubles
    where not is_failed
    union all
    select
        root_order_id,
        cast(null as {{ dbt.type_string() }}) as order_line_id,
        'fulfillments' as evidence_table,
        fulfillment_id as evidence_id,
        false as is_reported,
        open_from,
        open_until
    from failures
)

select
    orders.person_id,
    spans.root_order_id,
    spans.order_line_id,
    spans.evidence_table,
    spans.evidence_id,
    spans.is_reported,
    spans.open_from,
    coalesce(spans.open_until, {{ post_purchase_gate.end_of_time() }}) as open_until
from spans
inner join {{ ref('int_orders') }} as orders
    on spans.root_order_id = orders.order_id
where not orders.is_test and spans.open_from < coalesce(spans.open_until, {{ post_purchase_gate.end_of_time() }})
