-- What a customer ordered by his own accord, or by a subscription, and kept: an order stands while a unit of it, or of the exchanges that
-- answer it, is kept. A legacy exchange and an exchange inside the order then count alike.
with

lines as (
    select
        order_line_id,
        order_id,
        root_order_id,
        quantity,
        net_amount,
        sum(case when net_amount > 0 then net_amount else 0 end) over (partition by root_order_id) as family_amount
    from {{ ref('int_order_lines') }}
    where
        order_type in ('purchase', 'subscription_renewal', 'exchange')
        and not is_test
        and ordered_at <= {{ post_purchase_gate.as_of() }}
        and not coalesce(cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
),

refunded as (
    select
        refunds.order_line_id,
        case when refunds.order_line_id is null then orders.root_order_id end as root_order_id,
        sum(refunds.quantity) as units,
        sum(refunds.amount) as amount
    from {{ ref('stg_refunds') }} as refunds
    inner join {{ ref('int_orders') }} as orders
        on refunds.order_id = orders.order_id
    where refunds.refunded_at <= {{ post_purchase_gate.as_of() }}
    group by refunds.order_line_id, case when refunds.order_line_id is null then orders.root_order_id end
),

kept as (
    select lines.root_order_id
    from lines
    left join refunded as of_line
        on lines.order_line_id = of_line.order_line_id
    left join refunded as of_order
        on lines.root_order_id = of_order.root_order_id
    where
        coalesce(of_line.units, 0) < lines.quantity
        -- a line that cost nothing cannot be refunded in money
        and not (lines.net_amount > 0 and coalesce(of_line.amount, 0) >= lines.net_amount)
        and not (lines.family_amount > 0 and coalesce(of_order.amount, 0) >= lines.family_amount)
    group by lines.root_order_id
),

earned as (
    select
        orders.root_order_id,
        min(case when profit.net_price is null then 0 else 1 end) = 1 as is_revenue_known,
        min(case when profit.contribution_profit is null then 0 else 1 end) = 1 as is_profit_known,
        sum(case
            when profit.is_cancelled then 0
            else profit.net_price - profit.line_refunds - profit.order_refunds - profit.chargebacks
        end) as revenue,
        sum(profit.contribution_profit) as contribution_profit
    from {{ ref('int_line_profit') }} as profit
    inner join {{ ref('int_orders') }} as orders
        on profit.order_id = orders.order_id
    group by orders.root_order_id
)

select
    orders.order_id,
    orders.customer_id,
    orders.order_type = 'subscription_renewal' as is_renewal,
    orders.ordered_at,
    cast(case when earned.is_revenue_known then earned.revenue end as decimal(18, 4)) as revenue,
    cast(case when earned.is_profit_known then earned.contribution_profit end as decimal(18, 4)) as contribution_profit
from {{ ref('int_orders') }} as orders
inner join kept
    on orders.order_id = kept.root_order_id
inner join earned
    on orders.order_id = earned.root_order_id
where
    orders.order_type in ('purchase', 'subscription_renewal')
    and not orders.is_test
    and not coalesce(orders.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
