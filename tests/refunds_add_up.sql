-- What the lines of an order and its exchanges bear of refunds is what was paid back on them, whichever lines the refunds name.
with

borne as (
    select
        orders.root_order_id,
        sum(kept.own_amount_back + kept.shared_amount_back) as amount
    from {{ ref('int_line_kept') }} as kept
    inner join {{ ref('int_order_lines') }} as lines
        on kept.order_line_id = lines.order_line_id
    inner join {{ ref('int_orders') }} as orders
        on lines.order_id = orders.order_id
    where kept.valid_from <= {{ post_purchase_gate.as_of() }} and kept.valid_to > {{ post_purchase_gate.as_of() }}
    group by orders.root_order_id
),

paid as (
    select
        refunds.root_order_id,
        sum(refunds.amount) as amount
    from {{ ref('int_refund_moves') }} as refunds
    inner join {{ ref('int_orders') }} as orders
        on refunds.root_order_id = orders.order_id
    where not refunds.is_shipping and refunds.refunded_at <= {{ post_purchase_gate.as_of() }}
    group by refunds.root_order_id
)

select
    paid.root_order_id,
    paid.amount as paid_back,
    borne.amount as borne_by_lines
from paid
left join borne
    on paid.root_order_id = borne.root_order_id
where coalesce(borne.amount, 0) <> paid.amount
