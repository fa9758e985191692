{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Of each refund: what its lines cost, what of it was shipping, and what money went back by the transactions that pay it. No transaction: no money.
-- A refund of an order of which no transaction at all is known: nobody can tell.
{%- set number = post_purchase_gate.read_number %}
with

refunds as (
    select * from {{ ref('src_shopify__refund') }}
),

orders as (
    select
        orders._store,
        orders.id as order_id,
        taxes.taxes_included,
        taxes.net_share,
        taxes.gross_per_net
    from {{ ref('src_shopify__order') }} as orders
    inner join {{ ref('shopify_order_taxes') }} as taxes
        on orders._store = taxes._store and orders.id = taxes.order_id
),

transactions as (
    select
        _store,
        refund_id,
        order_id,
        id,
        lower(kind) as kind,
        lower(status) as status,
        {{ number('amount') }} as amount,
        processed_at,
        is_test
    from {{ ref('src_shopify__transaction') }}
    union all
    select
        nested._store,
        nested.refund_id,
        refunds.order_id,
        nested.id,
        lower(nested.kind) as kind,
        lower(nested.status) as status,
        {{ number('nested.amount') }} as amount,
        nested.processed_at,
        nested.is_test
    from {{ ref('src_shopify__refund_transaction') }} as nested
    inner join refunds
        on nested._store = refunds._store and nested.refund_id = refunds.id
    -- the same transaction in the stream of its own
    left join {{ ref('src_shopify__transaction') }} as own
        on nested._store = own._store and nested.id = own.id
    where own.id is null or own.refund_id is null
),

paid as (
    select
        _store,
        refund_id,
        sum(case when status = 'success' then amount else 0 end) as amount_paid,
        sum(case when status in ('pending', 'awaiting_response') then amount else 0 end) as amount_pending,
        max(case when status = 'success' then processed_at end) as paid_at,
        max(case when status = 'success' then 1 else 0 end) as has_paid
    from transactions
    where refund_id is not null and kind = 'refund' and coalesce(lower(is_test), 'false') not in ('true', 't', '1')
    group by _store, refund_id
),

known_orders as (
    select distinct
        _store,
        order_id
    from transactions
),

-- a refund of an order whose prices carry tax: so does the subtotal
line_sums as (
    select
        refund_lines._store,
        refund_lines.refund_id,
        sum(
            {{ number('refund_lines.subtotal') }}
            + case when orders.taxes_included then 0 else coalesce({{ number('refund_lines.total_tax') }}, 0) end
        ) as lines_gross
    from {{ ref('src_shopify__refund_line') }} as refund_lines
    inner join refunds
        on refund_lines._store = refunds._store and refund_lines.refund_id = refunds.id
    inner join orders
        on refunds._store = orders._store and refunds.order_id = orders.order_id
    group by refund_lines._store, refund_lines.refund_id
),

shipping as (
    select
        _store,
        refund_id,
        sum(abs({{ number('amount') }}) + abs(coalesce({{ number('tax_amount') }}, 0))) as shipping_gross
    from {{ ref('src_shopify__order_adjustment') }}
    where lower(kind) = 'shipping_refund' or (kind is null and lower(reason) like '%shipping%')
    group by _store, refund_id
),

summed as (
    select
        refunds._store,
        refunds.id as refund_id,
        refunds.order_id,
        refunds.created_at,
        coalesce(line_sums.lines_gross, 0) as lines_gross,
        coalesce(shipping.shipping_gross, 0) as shipping_asked,
        coalesce(orders.gross_per_net, 1) as gross_per_net,
        coalesce(paid.has_paid, 0) = 1 as is_paid,
        coalesce(paid.amount_pending, 0) > 0 and coalesce(paid.has_paid, 0) = 0 as is_pending,
        paid.paid_at,
        case
            when paid.has_paid = 1 then paid.amount_paid
            when paid.amount_pending > 0 then paid.amount_pending
            when {{ number('refunds.total_refunded') }} > 0 and paid.refund_id is null then {{ number('refunds.total_refunded') }}
            when known_orders.order_id is null then null
            else 0
        end as amount_gross,
        refunds._loaded_at
    from refunds
    left join orders
        on refunds._store = orders._store and refunds.order_id = orders.order_id
    left join paid
        on refunds._store = paid._store and refunds.id = paid.refund_id
    left join line_sums
        on refunds._store = line_sums._store and refunds.id = line_sums.refund_id
    left join shipping
        on refunds._store = shipping._store and refunds.id = shipping.refund_id
    left join known_orders
        on refunds._store = known_orders._store and refunds.order_id = known_orders.order_id
)

select
    _store,
    refund_id,
    order_id,
    created_at,
    paid_at,
    is_paid,
    is_pending,
    amount_gross,
    gross_per_net,
    lines_gross,
    case when amount_gross is not null then least(shipping_asked, amount_gross) end as shipping_gross,
    -- lines are paid before what is left over is called goodwill
    case when amount_gross is not null then least(greatest(amount_gross - shipping_asked, 0), lines_gross) end as lines_paid,
    case when amount_gross is not null then greatest(amount_gross - shipping_asked - lines_gross, 0) end as rest_gross,
    _loaded_at
from summed
