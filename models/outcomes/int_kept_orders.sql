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
)

select
    orders.order_id,
    orders.customer_id,
    orders.person_id,
    orders.order_type = 'subscription_renewal' as is_renewal,
    orders.ordered_at
from {{ ref('int_orders') }} as orders
inner join kept
    on orders.order_id = kept.root_order_id
where
    orders.order_type in ('purchase', 'subscription_renewal')
    and not orders.is_test
    and not coalesce(orders.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
