-- What a customer ordered by their own accord, or by a subscription, and kept: an order stands while a unit of it, or of the exchanges that answer it,
-- is kept. A legacy exchange and an exchange inside the order then count alike. Where every payment failed or was voided, nothing was bought.
with

kept as (
    select lines.root_order_id
    from {{ ref('int_order_lines') }} as lines
    left join {{ ref('int_line_kept') }} as kept
        on
            lines.order_line_id = kept.order_line_id
            and kept.valid_from <= {{ post_purchase_gate.as_of() }}
            and kept.valid_to > {{ post_purchase_gate.as_of() }}
    where
        lines.order_type in ('purchase', 'subscription_renewal', 'exchange')
        and not lines.is_test
        and lines.known_from <= {{ post_purchase_gate.as_of() }}
        and not coalesce(lines.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
        and coalesce(kept.units_kept, lines.quantity) > 0
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
left join {{ ref('int_payment_states') }} as payments
    on
        orders.order_id = payments.paying_order_id
        and payments.valid_from <= {{ post_purchase_gate.as_of() }}
        and payments.valid_to > {{ post_purchase_gate.as_of() }}
where
    orders.order_type in ('purchase', 'subscription_renewal')
    and not orders.is_test
    and not coalesce(orders.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
    and coalesce(payments.standing, 'no_payment_seen') not in ('failed', 'voided')
