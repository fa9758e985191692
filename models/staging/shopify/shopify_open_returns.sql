{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Returns of which no refund says line by line what came back. One that a refund without lines pays was given back with it; one without lines is of its
-- whole order.
with

returns as (
    select
        _store,
        id,
        order_id,
        status,
        created_at,
        closed_at,
        _loaded_at
    from {{ ref('src_shopify__return') }}
    union all
    -- that only its lines name
    select
        return_lines._store,
        return_lines.return_id as id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as {{ dbt.type_string() }}) as status,
        cast(null as {{ dbt.type_string() }}) as created_at,
        cast(null as {{ dbt.type_string() }}) as closed_at,
        max(return_lines._loaded_at) as _loaded_at
    from {{ ref('src_shopify__return_line') }} as return_lines
    left join {{ ref('src_shopify__return') }} as known
        on return_lines._store = known._store and return_lines.return_id = known.id
    where known.id is null
    group by return_lines._store, return_lines.return_id
),

refunds as (
    select * from {{ ref('src_shopify__refund') }}
    where return_id is not null
),

refund_lines as (
    select distinct
        _store,
        refund_id
    from {{ ref('src_shopify__refund_line') }}
),

answers as (
    select
        refunds._store,
        refunds.return_id,
        max(case when refund_lines.refund_id is not null then 1 else 0 end) as says_lines,
        min(case when not money.is_pending then coalesce(money.paid_at, money.created_at) end) as refunded_at,
        min(refunds.created_at) as answered_at
    from refunds
    left join {{ ref('shopify_refund_money') }} as money
        on refunds._store = money._store and refunds.id = money.refund_id
    left join refund_lines
        on refunds._store = refund_lines._store and refunds.id = refund_lines.refund_id
    group by refunds._store, refunds.return_id
)

select
    -- ids
    returns._store || '-return-' || returns.id || coalesce('-' || return_lines.id, '') as refund_id,
    returns._store || '-' || returns.order_id as order_id,
    returns._store || '-' || return_lines.order_line_id as order_line_id,
    -- text
    lower(return_lines.reason) as reason,
    -- numbers
    return_lines.quantity,
    -- timestamps
    coalesce(returns.created_at, answers.answered_at, returns._loaded_at) as requested_at,
    answers.refunded_at,
    case
        when answers.return_id is null and lower(returns.status) in ('declined', 'canceled', 'cancelled', 'closed')
            then coalesce(returns.closed_at, returns._loaded_at)
    end as rejected_at,
    returns._loaded_at
from returns
left join {{ ref('src_shopify__return_line') }} as return_lines
    on returns._store = return_lines._store and returns.id = return_lines.return_id
left join answers
    on returns._store = answers._store and returns.id = answers.return_id
where coalesce(answers.says_lines, 0) = 0
