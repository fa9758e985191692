{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- A row per line of a refund, one for shipping and one for what neither explains; returns that no refund has answered line by line; and the orders that
-- the store calls refunded of which no refund says so, or refunds say less than the whole: of those nobody can tell what was given back. Amounts are on the
-- basis of the contract's prices, without tax.
{%- set number = post_purchase_gate.read_number %}
{%- set text = dbt.type_string() %}
with

money as (
    select
        *,
        -- asked for, and answered once money went or when it was clear that none would
        case when is_pending then null else coalesce(paid_at, created_at) end as refunded_at
    from {{ ref('shopify_refund_money') }}
),

return_reasons as (
    select
        return_lines._store,
        return_lines.return_id,
        return_lines.order_line_id,
        max(lower(return_lines.reason)) as reason
    from {{ ref('src_shopify__return_line') }} as return_lines
    group by return_lines._store, return_lines.return_id, return_lines.order_line_id
),

refunds as (
    select
        _store,
        id as refund_id,
        return_id,
        note
    from {{ ref('src_shopify__refund') }}
),

note_reasons as (
    {{ post_purchase_gate.reasons_in_notes('refunds', ['shopify']) }}
),

lines as (
    select
        refund_lines.*,
        money.order_id,
        money.created_at,
        money.refunded_at,
        money.amount_gross,
        money.lines_paid,
        money.lines_gross,
        refunds.return_id,
        note_reasons.reason as note_reason,
        {{ number('refund_lines.subtotal') }}
        - case when orders.taxes_included then coalesce({{ number('refund_lines.total_tax') }}, 0) else 0 end as net
    from {{ ref('src_shopify__refund_line') }} as refund_lines
    inner join money
        on refund_lines._store = money._store and refund_lines.refund_id = money.refund_id
    left join refunds
        on refund_lines._store = refunds._store and refund_lines.refund_id = refunds.refund_id
    left join note_reasons
        on refund_lines._store = note_reasons._store and refund_lines.refund_id = note_reasons.refund_id
    left join {{ ref('shopify_order_taxes') }} as orders
        on money._store = orders._store and money.order_id = orders.order_id
),

rows_of_refunds as (
    select
        lines._store || '-' || lines.refund_id || '-' || lines.id as refund_id,
        lines._store || '-' || lines.order_id as order_id,
        lines._store || '-' || lines.order_line_id as order_line_id,
        lines.quantity,
        case
            when lines.amount_gross is null or lines.lines_gross is null then null
            when lines.lines_gross > 0 then round(lines.net * lines.lines_paid / lines.lines_gross, 4)
            else 0
        end as amount,
        coalesce(asked.reason, return_reasons.reason, lines.note_reason) as reason,
        coalesce(cast(asked.first_requested_at as {{ text }}), lines.created_at) as requested_at,
        lines.refunded_at,
        cast(null as {{ text }}) as rejected_at,
        lines._loaded_at
    from lines
    left join return_reasons
        on
            lines._store = return_reasons._store
            and lines.return_id = return_reasons.return_id
            and lines.order_line_id = return_reasons.order_line_id
    -- what was asked for in another tool before the store refunded it
    left join {{ ref('connected_return_reasons') }} as asked
        on
            lines._store || '-' || lines.order_line_id = asked.order_line_id
            and asked.first_requested_at <= {{ post_purchase_gate.parse_utc('lines.created_at') }}
    union all
    select
        _store || '-' || refund_id || '-shipping' as refund_id,
        _store || '-' || order_id as order_id,
        cast(null as {{ text }}) as order_line_id,
        '0' as quantity,
        round(shipping_gross / gross_per_net, 4) as amount,
        'shipping' as reason,
        created_at as requested_at,
        refunded_at,
        cast(null as {{ text }}) as rejected_at,
        _loaded_at
    from money
    where shipping_gross > 0
    union all
    select
        money._store || '-' || money.refund_id || '-rest' as refund_id,
        money._store || '-' || money.order_id as order_id,
        cast(null as {{ text }}) as order_line_id,
        -- money for nothing is goodwill where the refund itself says so, and not where it pays a return; of one that is gone nobody knows what it was for
        case when money.is_known then '0' end as quantity,
        case when money.is_known then round(money.rest_gross / money.gross_per_net, 4) end as amount,
        coalesce(note_reasons.reason, case when money.is_known and refunds.return_id is null then 'goodwill' end) as reason,
        money.created_at as requested_at,
        money.refunded_at,
        cast(null as {{ text }}) as rejected_at,
        money._loaded_at
    from money
    left join refunds
        on money._store = refunds._store and money.refund_id = refunds.refund_id
    left join note_reasons
        on money._store = note_reasons._store and money.refund_id = note_reasons.refund_id
    -- what is a smallest unit or two is rounding
    where money.rest_gross > 0.02
    union all
    -- a refund that explains nothing: that there was one is known
    select
        _store || '-' || refund_id as refund_id,
        _store || '-' || order_id as order_id,
        cast(null as {{ text }}) as order_line_id,
        cast(null as {{ text }}) as quantity,
        cast(null as decimal(18, 4)) as amount,
        cast(null as {{ text }}) as reason,
        created_at as requested_at,
        refunded_at,
        cast(null as {{ text }}) as rejected_at,
        _loaded_at
    from money
    where not has_lines and amount_gross is null
),

orders_with_refunds as (
    select distinct order_id
    from rows_of_refunds
),

given_back as (
    select
        _store,
        order_id,
        case when count(*) = count(amount_gross) then sum(amount_gross) end as amount_gross
    from money
    group by _store, order_id
)

select
    refund_id,
    order_id,
    order_line_id,
    quantity,
    cast(amount as decimal(18, 4)) as amount,
    reason,
    requested_at,
    refunded_at,
    rejected_at,
    _loaded_at
from rows_of_refunds
union all
select
    refund_id,
    order_id,
    order_line_id,
    quantity,
    cast(null as decimal(18, 4)) as amount,
    reason,
    requested_at,
    refunded_at,
    rejected_at,
    _loaded_at
from {{ ref('shopify_open_returns') }}
union all
select
    orders._store || '-' || orders.id || '-status' as refund_id,
    orders._store || '-' || orders.id as order_id,
    cast(null as {{ text }}) as order_line_id,
    cast(null as {{ text }}) as quantity,
    cast(null as decimal(18, 4)) as amount,
    cast(null as {{ text }}) as reason,
    coalesce(orders.updated_at, orders._loaded_at) as requested_at,
    coalesce(orders.updated_at, orders._loaded_at) as refunded_at,
    cast(null as {{ text }}) as rejected_at,
    orders._loaded_at
from {{ ref('src_shopify__order') }} as orders
left join orders_with_refunds
    on orders._store || '-' || orders.id = orders_with_refunds.order_id
left join given_back
    on orders._store = given_back._store and orders.id = given_back.order_id
where
    (lower(orders.financial_status) in ('refunded', 'partially_refunded') and orders_with_refunds.order_id is null)
    -- what is a smallest unit or two is rounding
    or (lower(orders.financial_status) = 'refunded' and {{ number('orders.total_price') }} - given_back.amount_gross > 0.02)
