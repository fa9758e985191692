-- A ticket belongs to a line by its line, to an order by its order (all orders of one root), else to every order of the customer.
-- A ticket about a replacement's own line is about the root order.
with

points as (
    select * from {{ ref('int_instants') }}
),

tickets as (
    select
        tickets.ticket_id,
        tickets.topic,
        case when lines.order_type <> 'replacement' then lines.order_line_id end as order_line_id,
        coalesce(orders.root_order_id, lines.root_order_id) as root_order_id
    from {{ ref('stg_tickets') }} as tickets
    left join {{ ref('int_order_lines') }} as lines
        on tickets.order_line_id = lines.order_line_id
    left join {{ ref('int_orders') }} as orders
        on tickets.order_id = orders.order_id
),

belongs as (
    select
        points.point_id,
        points.point_at,
        tickets.ticket_id,
        tickets.topic,
        'line' as ticket_scope
    from points
    inner join tickets
        on points.order_line_id = tickets.order_line_id
    union all
    select
        points.point_id,
        points.point_at,
        tickets.ticket_id,
        tickets.topic,
        'order' as ticket_scope
    from points
    inner join tickets
        on points.root_order_id = tickets.root_order_id and tickets.order_line_id is null
    union all
    select
        points.point_id,
        points.point_at,
        tickets.ticket_id,
        tickets.topic,
        'customer' as ticket_scope
    from points
    inner join {{ ref('int_ticket_customers') }} as ticket_customers
        on points.customer_id = ticket_customers.customer_id
    inner join tickets
        on ticket_customers.ticket_id = tickets.ticket_id and tickets.root_order_id is null and tickets.order_line_id is null
),

opened as (
    select
        ticket_id,
        min(occurred_at) as opened_at
    from {{ ref('int_ticket_timeline') }}
    group by ticket_id
)

select
    belongs.point_id,
    belongs.ticket_id,
    belongs.topic,
    belongs.ticket_scope,
    opened.opened_at,
    timeline.is_open,
    timeline.solved_at,
    case when timeline.status in ('solved', 'closed') then timeline.satisfaction end as satisfaction,
    timeline.marked_at
from belongs
inner join {{ ref('int_ticket_timeline') }} as timeline
    on
        belongs.ticket_id = timeline.ticket_id
        and timeline.occurred_at <= belongs.point_at
        and (timeline.until_at is null or timeline.until_at > belongs.point_at)
inner join opened
    on belongs.ticket_id = opened.ticket_id
where timeline.status <> 'spam'
