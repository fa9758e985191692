-- What support for a line cost: the tickets that name the line, and its part, by value, of tickets that name its order only.
with

lines as (
    select * from {{ ref('int_line_shares') }}
),

tickets as (
    select
        tickets.ticket_id,
        lines.order_line_id,
        case when lines.order_line_id is null then tickets.order_id end as order_id
    from {{ ref('int_tickets') }} as tickets
    left join lines
        on tickets.order_line_id = lines.order_line_id
    where not tickets.is_merged and tickets.opened_at <= {{ post_purchase_gate.as_of() }}
),

line_tickets as (
    select
        order_line_id,
        count(*) as tickets
    from tickets
    where order_line_id is not null
    group by order_line_id
),

order_tickets as (
    select
        order_id,
        count(*) as tickets
    from tickets
    where order_id is not null
    group by order_id
),

amounts as (
    select
        lines.*,
        cast(coalesce(line_tickets.tickets, 0) * assumptions.ticket_cost as decimal(18, 4)) as line_cost,
        cast(coalesce(order_tickets.tickets, 0) * assumptions.ticket_cost as decimal(18, 4)) as order_cost
    from lines
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    left join line_tickets
        on lines.order_line_id = line_tickets.order_line_id
    left join order_tickets
        on lines.order_id = order_tickets.order_id
)

select
    order_line_id,
    cast(
        line_cost + {{ post_purchase_gate.shared_amount('order_cost', 'value_share', 'takes_remainder', 'order_id') }} as decimal(18, 4)
    ) as ticket_costs
from amounts
