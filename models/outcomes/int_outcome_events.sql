-- What can follow a message, once by person and once by order: a message about an order is followed by what happens to that order, any
-- message by what its person does.
with

-- a request about shipping charges alone is none; one of several lines is one
refund_requests as (
    select
        refunds.refund_id,
        orders.person_id,
        orders.root_order_id,
        min(refunds.known_at) as occurred_at
    from {{ ref('int_refund_moves') }} as refunds
    inner join {{ ref('int_orders') }} as orders
        on refunds.order_id = orders.order_id
    where not refunds.is_shipping
    group by refunds.refund_id, orders.person_id, orders.root_order_id
),

reviews as (
    select
        lines.root_order_id,
        reviews.review_id,
        reviews.submitted_at as occurred_at
    from {{ ref('int_reviews') }} as reviews
    inner join {{ ref('int_order_lines') }} as lines
        on reviews.person_id = lines.person_id and reviews.product_id = lines.product_id
    group by lines.root_order_id, reviews.review_id, reviews.submitted_at
),

events as (
    select
        'person' as party,
        person_id as party_id,
        case when is_renewal then 'renewal' else 'purchase' end as event,
        order_id as event_id,
        ordered_at as occurred_at
    from {{ ref('int_kept_orders') }}
    union all
    select
        'person' as party,
        customers.person_id as party_id,
        'ticket' as event,
        tickets.ticket_id as event_id,
        tickets.opened_at as occurred_at
    from {{ ref('int_tickets') }} as tickets
    inner join {{ ref('int_ticket_customers') }} as customers
        on tickets.ticket_id = customers.ticket_id
    where not tickets.is_merged
    union all
    select
        'person' as party,
        person_id as party_id,
        'refund_request' as event,
        refund_id as event_id,
        occurred_at
    from refund_requests
    union all
    select
        'order' as party,
        root_order_id as party_id,
        'refund_request' as event,
        refund_id as event_id,
        occurred_at
    from refund_requests
    union all
    select
        'order' as party,
        root_order_id as party_id,
        'review' as event,
        review_id as event_id,
        occurred_at
    from reviews
)

select *
from events
where occurred_at <= {{ post_purchase_gate.as_of() }}
