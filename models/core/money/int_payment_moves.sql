{{ config(materialized='view') }}
-- What moved on the account of an order and the exchanges that answer it, one row per transaction, refund or change of what is owed. A payment in
-- another currency moves nothing, but a chargeback is one in any.
{%- set least = post_purchase_gate.least() %}
with

orders as (
    select
        orders.order_id,
        case when orders.order_type = 'replacement' then orders.order_id else orders.root_order_id end as paying_order_id,
        orders.order_type,
        orders.order_total,
        orders.shipping_charged,
        orders.currency,
        orders.ordered_at,
        case when orders.order_type = 'exchange' then {{ least }}(orders.cancelled_at, roots.cancelled_at) else orders.cancelled_at end as cancelled_at
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_orders') }} as roots
        on orders.root_order_id = roots.order_id
),

payments as (
    select
        orders.paying_order_id,
        payments.payment_id as move_id,
        payments.occurred_at as moved_at,
        case
            when payments.status in ('chargeback', 'chargeback_won') then payments.status
            when payments.currency <> orders.currency then 'other_currency'
            else payments.status
        end as kind,
        payments.amount,
        payments.method in ('cash', 'cash_on_delivery') as is_cash,
        orders.cancelled_at
    from {{ ref('stg_payments') }} as payments
    inner join orders
        on payments.order_id = orders.order_id
),

refunds as (
    select
        orders.paying_order_id,
        refunds.refund_move_id as move_id,
        refunds.refunded_at as moved_at,
        'refunded' as kind,
        cast(round(cast(refunds.amount as decimal(19, 4)) * coalesce(amounts.gross_per_net, 1), 4) as decimal(18, 4)) as amount,
        -- the price of what is exchanged pays for what takes its place
        refunds.is_taken_off and refunds.reason <> 'exchange' as is_taken_off,
        orders.cancelled_at
    from {{ ref('int_refund_moves') }} as refunds
    inner join orders
        on refunds.order_id = orders.order_id
    left join {{ ref('int_order_amounts') }} as amounts
        on refunds.order_id = amounts.order_id
    where refunds.refunded_at is not null
),

-- an exchange costs what its line costs more than the one that went back
credits as (
    select
        exchanges.new_order_id as order_id,
        sum(round(cast(old_lines.net_amount as decimal(19, 4)) * exchanges.units / nullif(old_lines.quantity, 0), 4)) as amount
    from {{ ref('int_line_exchanges') }} as exchanges
    inner join {{ ref('int_order_lines') }} as old_lines
        on exchanges.old_order_line_id = old_lines.order_line_id
    group by exchanges.new_order_id
),

line_discounts as (
    select
        order_id,
        sum(discount) as amount
    from {{ ref('stg_order_lines') }}
    group by order_id
),

-- an exchange order that has taken the old price off, as a discount or in its total alone, says in its total what is still owed
credited as (
    select
        orders.*,
        coalesce(credits.amount, 0) as credit_due,
        coalesce(line_discounts.amount, 0) + coalesce(amounts.discount_amount, 0) as discounted,
        greatest(coalesce(amounts.goods_amount - amounts.discount_amount - (orders.order_total - coalesce(orders.shipping_charged, 0)), 0), 0)
            as lacking,
        coalesce(amounts.smallest_unit, 0) as smallest_unit
    from orders
    left join credits
        on orders.order_id = credits.order_id
    left join line_discounts
        on orders.order_id = line_discounts.order_id
    left join {{ ref('int_order_amounts') }} as amounts
        on orders.order_id = amounts.order_id
    where orders.order_type = 'exchange' and orders.order_id <> orders.paying_order_id
),

exchange_orders as (
    select
        *,
        case when discounted + lacking >= credit_due - smallest_unit then 0 else credit_due - lacking end as credit
    from credited
),

surcharges as (
    select
        *,
        cast(order_total - credit as decimal(18, 4)) as amount
    from exchange_orders
    where order_total > credit
)

select
    paying_order_id,
    move_id,
    moved_at,
    kind,
    cast(coalesce(amount, 0) as decimal(18, 4)) as amount,
    cast(0 as decimal(18, 4)) as owed_change,
    amount is null as is_amount_unknown,
    coalesce(is_cash, false) as is_cash,
    cancelled_at is not null as is_of_cancelled_order,
    coalesce(moved_at > cancelled_at, false) as is_after_cancellation
from payments
union all
select
    paying_order_id,
    move_id,
    moved_at,
    kind,
    amount,
    cast(case when is_taken_off then -1 * amount else 0 end as decimal(18, 4)) as owed_change,
    false as is_amount_unknown,
    false as is_cash,
    cancelled_at is not null as is_of_cancelled_order,
    coalesce(moved_at >= cancelled_at, false) as is_after_cancellation
from refunds
union all
select
    paying_order_id,
    order_id as move_id,
    ordered_at as moved_at,
    'surcharge' as kind,
    amount,
    amount as owed_change,
    false as is_amount_unknown,
    false as is_cash,
    cancelled_at is not null as is_of_cancelled_order,
    false as is_after_cancellation
from surcharges
union all
select
    paying_order_id,
    order_id as move_id,
    cancelled_at as moved_at,
    'surcharge' as kind,
    amount,
    -1 * amount as owed_change,
    false as is_amount_unknown,
    false as is_cash,
    true as is_of_cancelled_order,
    false as is_after_cancellation
from surcharges
where cancelled_at > ordered_at
