{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- A row per line of a refund, one for what its lines do not explain, and one for an order that the store calls refunded while its refunds say less: of
-- that nobody can tell what was given back. Amounts are negative at the source, and here without tax. A refund is done when it is made. What a customer asked
-- for is open until the store has refunded the line, or, where no line is named, anything of the order, since.
{%- set number = post_purchase_gate.read_number %}
{%- set text = dbt.type_string() %}
with

-- a refund may stand in a table of its own, in the order's list, or in both
refunds as (
    select
        coalesce(own._store, listed._store) as _store,
        coalesce(own.id, listed.id) as refund_id,
        coalesce(own.order_id, listed.order_id) as order_id,
        abs({{ number('coalesce(own.amount, listed.total)') }}) as amount_gross,
        coalesce(own.reason, listed.reason) as note,
        own.id is not null as has_own_row,
        coalesce(own.created_at, listed.updated_at) as created_at,
        coalesce(own._loaded_at, listed._loaded_at) as _loaded_at
    from {{ ref('src_woocommerce__refund') }} as own
    full outer join {{ ref('src_woocommerce__order_refund') }} as listed
        on own._store = listed._store and own.id = listed.id
),

reasons as (
    {{ post_purchase_gate.reasons_in_notes('refunds', ['shopify', 'woocommerce']) }}
),

line_sums as (
    select
        _store,
        refund_id,
        sum(gross) as gross
    from {{ ref('woocommerce_refund_lines') }}
    group by _store, refund_id
),

answers as (
    select
        requests._store,
        requests.id
    from {{ ref('src_woocommerce__return') }} as requests
    inner join refunds
        on requests._store = refunds._store and requests.order_id = refunds.order_id
    left join {{ ref('woocommerce_refund_lines') }} as lines
        on refunds._store = lines._store and refunds.refund_id = lines.refund_id and requests.order_line_id = lines.order_line_id
    where
        {{ post_purchase_gate.parse_utc('refunds.created_at') }} >= {{ post_purchase_gate.parse_utc('requests.requested_at') }}
        and (requests.order_line_id is null or lines.refund_id is not null)
    group by requests._store, requests.id
),

given_back as (
    select
        _store,
        order_id,
        case when count(*) = count(amount_gross) then sum(amount_gross) end as amount_gross
    from refunds
    group by _store, order_id
)

select
    lines._store || '-' || lines.refund_id || '-' || lines.refund_line_id as refund_id,
    lines._store || '-' || lines.order_id as order_id,
    lines._store || '-' || lines.order_line_id as order_line_id,
    lines.units as quantity,
    cast(lines.net as decimal(18, 4)) as amount,
    reasons.reason,
    coalesce(refunds.created_at, lines._loaded_at) as requested_at,
    coalesce(refunds.created_at, lines._loaded_at) as refunded_at,
    cast(null as {{ text }}) as rejected_at,
    lines._loaded_at
from {{ ref('woocommerce_refund_lines') }} as lines
-- units came back, whether or not the refund itself is there
left join refunds
    on lines._store = refunds._store and lines.refund_id = refunds.refund_id
left join reasons
    on lines._store = reasons._store and lines.refund_id = reasons.refund_id
union all
select
    refunds._store || '-' || refunds.refund_id || '-rest' as refund_id,
    refunds._store || '-' || refunds.order_id as order_id,
    cast(null as {{ text }}) as order_line_id,
    -- money alone, unless the order is refunded as a whole; of what only the order's list knows nobody can tell
    case when refunds.has_own_row and coalesce(orders.status, '') <> 'refunded' then cast(0 as decimal(18, 4)) end as quantity,
    case
        when refunds.has_own_row or orders.status = 'refunded'
            then cast(round((refunds.amount_gross - coalesce(line_sums.gross, 0)) / coalesce(orders.gross_per_net, 1), 4) as decimal(18, 4))
    end as amount,
    coalesce(reasons.reason, case when line_sums.refund_id is not null then 'goodwill' end) as reason,
    refunds.created_at as requested_at,
    refunds.created_at as refunded_at,
    cast(null as {{ text }}) as rejected_at,
    refunds._loaded_at
from refunds
left join line_sums
    on refunds._store = line_sums._store and refunds.refund_id = line_sums.refund_id
left join reasons
    on refunds._store = reasons._store and refunds.refund_id = reasons.refund_id
left join {{ ref('woocommerce_orders') }} as orders
    on refunds._store = orders._store and refunds.order_id = orders.order_id
-- what is a smallest unit or two is rounding; an amount that cannot be read is nobody's nothing
where (refunds.amount_gross is null and line_sums.refund_id is null) or refunds.amount_gross - coalesce(line_sums.gross, 0) > 0.02
union all
select
    orders._store || '-' || orders.order_id || '-status' as refund_id,
    orders._store || '-' || orders.order_id as order_id,
    cast(null as {{ text }}) as order_line_id,
    cast(null as decimal(18, 4)) as quantity,
    cast(null as decimal(18, 4)) as amount,
    cast(null as {{ text }}) as reason,
    coalesce(orders.updated_at, orders._loaded_at) as requested_at,
    coalesce(orders.updated_at, orders._loaded_at) as refunded_at,
    cast(null as {{ text }}) as rejected_at,
    orders._loaded_at
from {{ ref('woocommerce_orders') }} as orders
left join given_back
    on orders._store = given_back._store and orders.order_id = given_back.order_id
-- what is a smallest unit or two is rounding
where
    orders.status = 'refunded'
    and (given_back.order_id is null or {{ number('orders.total') }} - given_back.amount_gross > 0.02)
union all
select
    requests._store || '-return-' || requests.id as refund_id,
    requests._store || '-' || requests.order_id as order_id,
    requests._store || '-' || requests.order_line_id as order_line_id,
    {{ number('requests.quantity') }} as quantity,
    cast(null as decimal(18, 4)) as amount,
    requests.reason,
    requests.requested_at,
    cast(null as {{ text }}) as refunded_at,
    requests.rejected_at,
    requests._loaded_at
from {{ ref('src_woocommerce__return') }} as requests
left join answers
    on requests._store = answers._store and requests.id = answers.id
where answers.id is null
