-- What a customer has said badly of a product or of support, for somebody to answer. It stands beside the gate: nothing that decides an ask
-- reads it, and it is no issue of an order. It stays for as long as an order may be live.
with

reviewers as (
    select
        review_id,
        min(customer_id) as customer_id
    from {{ ref('int_reviews') }}
    group by review_id
),

reviews as (
    select
        'reviews' as source_table,
        reviews.review_id as source_id,
        reviewers.customer_id,
        reviews.order_id,
        reviews.sku,
        reviews.rating,
        cast(null as {{ dbt.type_string() }}) as mark,
        reviews.submitted_at as said_at
    from {{ ref('stg_reviews') }} as reviews
    left join reviewers
        on reviews.review_id = reviewers.review_id
    where reviews.rating <= 2
),

ticket_customers as (
    select
        ticket_id,
        min(customer_id) as customer_id
    from {{ ref('int_ticket_customers') }}
    group by ticket_id
),

ticket_orders as (
    select
        ticket_id,
        min(order_id) as order_id
    from {{ ref('int_ticket_orders') }}
    group by ticket_id
),

-- the mark that a ticket has now, if it is solved: a better one has taken the place of a bad one
marks as (
    select
        'tickets' as source_table,
        timeline.ticket_id as source_id,
        ticket_customers.customer_id,
        ticket_orders.order_id,
        cast(null as {{ dbt.type_string() }}) as sku,
        cast(null as integer) as rating,
        timeline.satisfaction as mark,
        timeline.marked_at as said_at
    from {{ ref('int_ticket_timeline') }} as timeline
    left join ticket_customers
        on timeline.ticket_id = ticket_customers.ticket_id
    left join ticket_orders
        on timeline.ticket_id = ticket_orders.ticket_id
    where
        timeline.satisfaction = 'bad'
        and timeline.status in ('solved', 'closed')
        and timeline.occurred_at <= {{ post_purchase_gate.as_of() }}
        and coalesce(timeline.until_at > {{ post_purchase_gate.as_of() }}, true)
),

said as (
    select * from reviews
    union all
    select * from marks
)

select
    said.source_table,
    said.source_id,
    coalesce(said.customer_id, orders.customer_id) as customer_id,
    said.order_id,
    said.sku,
    said.rating,
    said.mark,
    said.said_at,
    queues.queue as support_queue,
    queues.owner as support_owner,
    {{ post_purchase_gate.add_time('hour', 'cast(queues.due_hours as integer)', 'said.said_at') }} as due_at
from said
left join {{ ref('int_orders') }} as orders
    on said.order_id = orders.order_id
left join {{ ref('support_queues') }} as queues
    on
        {{ post_purchase_gate.any_of_both('said.said_at', 'queues.check_name') }}
        and queues.check_name = 'review_to_answer' and queues.detail is null and queues.topic is null
where
    said.said_at <= {{ post_purchase_gate.as_of() }}
    and said.said_at >= {{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }}
    and not coalesce(orders.is_test, false)
