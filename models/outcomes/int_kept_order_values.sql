-- What the kept orders brought, apart from which they are: whoever asks only whether there was a second purchase needs no line's profit.
with

earned as (
    select
        orders.root_order_id,
        min(case when profit.net_price is null then 0 else 1 end) = 1 as is_revenue_known,
        min(case when profit.contribution_profit is null then 0 else 1 end) = 1 as is_profit_known,
        sum(case
            when profit.is_cancelled then 0
            else profit.net_price - profit.cancelled_price - profit.line_refunds - profit.order_refunds - profit.chargebacks
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
    orders.person_id,
    orders.is_renewal,
    orders.ordered_at,
    cast(case when earned.is_revenue_known then earned.revenue end as decimal(18, 4)) as revenue,
    cast(case when earned.is_profit_known then earned.contribution_profit end as decimal(18, 4)) as contribution_profit
from {{ ref('int_kept_orders') }} as orders
inner join earned
    on orders.order_id = earned.root_order_id
