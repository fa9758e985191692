-- When the person next bought and kept the very SKU that a message recommended. One running minimum over messages and purchases of a person and SKU.
with

bought as (
    select
        orders.person_id,
        lines.sku,
        orders.order_id,
        orders.ordered_at
    from {{ ref('int_kept_orders') }} as orders
    inner join {{ ref('int_order_lines') }} as lines
        on orders.order_id = lines.order_id
    left join {{ ref('int_line_kept') }} as kept
        on
            lines.order_line_id = kept.order_line_id
            and kept.valid_from <= {{ post_purchase_gate.as_of() }}
            and kept.valid_to > {{ post_purchase_gate.as_of() }}
    where
        not orders.is_renewal
        and not coalesce(lines.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
        and coalesce(kept.units_kept, lines.quantity) > 0
    group by orders.person_id, lines.sku, orders.order_id, orders.ordered_at
),

moments as (
    select
        person_id,
        recommended_sku as sku,
        'message' as event,
        message_id as event_id,
        sent_at as occurred_at
    from {{ ref('int_message_outcomes') }}
    where recommended_sku is not null and person_id is not null
    union all
    select
        person_id,
        sku,
        'purchase' as event,
        order_id as event_id,
        ordered_at as occurred_at
    from bought
),

after_it as (
    select
        event,
        event_id,
        {{ post_purchase_gate.next_event('purchase', 'person_id, sku') }} as next_purchase_at
    from moments
)

select
    event_id as message_id,
    next_purchase_at as recommended_bought_at
from after_it
where event = 'message'
