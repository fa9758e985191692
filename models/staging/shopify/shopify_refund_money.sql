{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Of each refund: what its lines cost, what of it was shipping, and what money went back by the transactions that pay it. No transaction: no money.
-- A transaction that failed left money owed that somebody meant to give back.
-- A refund of an order of which no transaction at all is known: nobody can tell.
{%- set number = post_purchase_gate.read_number %}
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
with

transactions as (
    select * from {{ ref('shopify_refund_transactions') }}
),

-- a refund that only its lines, its adjustments or its transactions name was one, too
namings as (
    select
        refund_lines._store,
        refund_lines.refund_id,
        order_lines.order_id,
        cast(null as {{ dbt.type_string() }}) as created_at,
        refund_lines._loaded_at
    from {{ ref('src_shopify__refund_line') }} as refund_lines
    left join {{ ref('src_shopify__order_line') }} as order_lines
        on refund_lines._store = order_lines._store and refund_lines.order_line_id = order_lines.id
    union all
    select
        _store,
        refund_id,
        order_id,
        cast(null as {{ dbt.type_string() }}) as created_at,
        _loaded_at
    from {{ ref('src_shopify__order_adjustment') }}
    union all
    select
        _store,
        refund_id,
        order_id,
        processed_at as created_at,
        _loaded_at
    from transactions
),

refunds as (
    select
        _store,
        id,
        order_id,
        created_at,
        total_refunded,
        true as is_known,
        _loaded_at
    from {{ ref('src_shopify__refund') }}
    union all
    select
        namings._store,
        namings.refund_id as id,
        min(namings.order_id) as order_id,
        coalesce(min(namings.created_at), max(namings._loaded_at)) as created_at,
        cast(null as {{ dbt.type_string() }}) as total_refunded,
        false as is_known,
        max(namings._loaded_at) as _loaded_at
    from namings
    left join {{ ref('src_shopify__refund') }} as known
        on namings._store = known._store and namings.refund_id = known.id
    where namings.refund_id is not null and known.id is null
    group by namings._store, namings.refund_id
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

paid as (
    select
        _store,
        refund_id,
        case when count(*) = count(amount) then sum(case when status = 'success' then amount else 0 end) end as amount_paid,
        case when count(*) = count(amount) then sum(case when status in ('pending', 'awaiting_response') then amount else 0 end) end as amount_pending,
        max(case when status = 'success' then processed_at end) as paid_at,
        max(case when status = 'success' then 1 else 0 end) as has_paid,
        max(case when status in ('pending', 'awaiting_response') then 1 else 0 end) as has_pending,
        -- each try is for the same money
        max(case when status in ('failure', 'error') then amount end) as amount_failed,
        max(case when status in ('failure', 'error') then processed_at end) as failed_at,
        max(case when coalesce(status, '') not in ('success', 'pending', 'awaiting_response', 'failure', 'error') then 1 else 0 end) as has_other
    from transactions
    where refund_id is not null
    group by _store, refund_id
),

last_paid as (
    select
        _store,
        order_id,
        max({{ post_purchase_gate.parse_utc('processed_at') }}) as paid_at
    from transactions
    where status = 'success'
    group by _store, order_id
),

-- where money went back for one of several refunds, nobody knows that a certain one brought none
vague_orders as (
    select distinct
        _store,
        order_id
    from transactions
    where refund_id is null
),

known_orders as (
    select distinct
        _store,
        order_id
    from {{ ref('src_shopify__transaction') }}
    {{ post_purchase_gate.union_distinct() }}
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
        case
            when count(*) = count({{ number('refund_lines.subtotal') }}) and count(*) = count(orders.order_id)
                then sum(
                    {{ number('refund_lines.subtotal') }}
                    + case when orders.taxes_included then 0 else coalesce({{ number('refund_lines.total_tax') }}, 0) end
                )
        end as lines_gross
    from {{ ref('src_shopify__refund_line') }} as refund_lines
    inner join refunds
        on refund_lines._store = refunds._store and refund_lines.refund_id = refunds.id
    left join orders
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

-- what the bank sent back is owed, unless lines say what it was for or money went back for the order since
owed as (
    select
        paid._store,
        paid.refund_id,
        paid.amount_failed
    from paid
    inner join refunds
        on paid._store = refunds._store and paid.refund_id = refunds.id
    left join line_sums
        on paid._store = line_sums._store and paid.refund_id = line_sums.refund_id
    left join last_paid
        on refunds._store = last_paid._store and refunds.order_id = last_paid.order_id
    where
        paid.has_paid = 0 and paid.failed_at is not null and line_sums.refund_id is null
        and not coalesce(last_paid.paid_at >= {{ post_purchase_gate.parse_utc('paid.failed_at') }}, false)
),

summed as (
    select
        refunds._store,
        refunds.id as refund_id,
        refunds.order_id,
        refunds.created_at,
        refunds.is_known,
        line_sums.refund_id is not null as has_lines,
        case when line_sums.refund_id is null then 0 else line_sums.lines_gross end as lines_gross,
        coalesce(shipping.shipping_gross, 0) as shipping_asked,
        coalesce(orders.gross_per_net, 1) as gross_per_net,
        coalesce(paid.has_paid, 0) = 1 as is_paid,
        coalesce(paid.has_pending = 1 and paid.has_paid = 0, false) or owed.refund_id is not null as is_pending,
        paid.paid_at,
        case
            when paid.has_other = 1 then null
            when paid.has_paid = 1 then paid.amount_paid
            when paid.has_pending = 1 then paid.amount_pending
            when owed.refund_id is not null then owed.amount_failed
            when {{ number('refunds.total_refunded') }} > 0 and paid.refund_id is null then {{ number('refunds.total_refunded') }}
            when known_orders.order_id is null or (paid.refund_id is null and vague_orders.order_id is not null) then null
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
    left join owed
        on refunds._store = owed._store and refunds.id = owed.refund_id
    left join vague_orders
        on refunds._store = vague_orders._store and refunds.order_id = vague_orders.order_id
)

select
    _store,
    refund_id,
    order_id,
    created_at,
    paid_at,
    is_known,
    has_lines,
    is_paid,
    is_pending,
    amount_gross,
    gross_per_net,
    lines_gross,
    case when amount_gross is not null then {{ least }}(shipping_asked, amount_gross) end as shipping_gross,
    -- lines are paid before what is left over is called goodwill
    case
        when amount_gross is not null and lines_gross is not null
            then {{ least }}({{ greatest }}(amount_gross - shipping_asked, 0), lines_gross)
    end as lines_paid,
    case when amount_gross is not null and lines_gross is not null then {{ greatest }}(amount_gross - shipping_asked - lines_gross, 0) end as rest_gross,
    _loaded_at
from summed
