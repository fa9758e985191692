-- What a ticket is about: the lines that it names, else the orders (an order, its exchanges and its replacements are one), else all that its
-- person has. A merged ticket takes its order, and of a line that of the line, into the ticket that it was merged into.
with

tickets as (
    select * from {{ ref('int_tickets') }}
),

-- a replacement stands for a line of the first order: who writes about the one writes about the other
units as (
    select
        lines.order_line_id as named_line_id,
        case when lines.order_type = 'replacement' then successors.old_order_line_id else lines.order_line_id end as order_line_id,
        lines.root_order_id
    from {{ ref('int_order_lines') }} as lines
    left join {{ ref('int_line_successors') }} as successors
        on lines.order_line_id = successors.new_order_line_id and successors.successor_kind = 'replacement'
),

named_lines as (
    select
        tickets.ticket_id,
        tickets.counts_as_ticket_id,
        units.order_line_id,
        units.root_order_id
    from tickets
    inner join units
        on tickets.order_line_id = units.named_line_id
),

about_lines as (
    select
        counts_as_ticket_id as ticket_id,
        order_line_id
    from named_lines
    where order_line_id is not null and ticket_id = counts_as_ticket_id
    group by counts_as_ticket_id, order_line_id
),

about_orders as (
    select
        counts_as_ticket_id as ticket_id,
        root_order_id
    from named_lines
    where order_line_id is null or ticket_id <> counts_as_ticket_id
    {{ post_purchase_gate.union_distinct() }}
    select
        ticket_orders.ticket_id,
        ticket_orders.root_order_id
    from {{ ref('int_ticket_orders') }} as ticket_orders
    inner join tickets
        on ticket_orders.named_by_ticket_id = tickets.ticket_id
    left join named_lines
        on tickets.ticket_id = named_lines.ticket_id
    where named_lines.ticket_id is null
),

named as (
    select ticket_id from about_lines
    {{ post_purchase_gate.union_distinct() }}
    select ticket_id from about_orders
),

persons as (
    select
        customers.ticket_id,
        customers.person_id
    from {{ ref('int_ticket_customers') }} as customers
    left join named
        on customers.ticket_id = named.ticket_id
    where named.ticket_id is null
    group by customers.ticket_id, customers.person_id
)

select
    ticket_id,
    'line' as ticket_scope,
    order_line_id,
    cast(null as {{ dbt.type_string() }}) as root_order_id,
    cast(null as {{ dbt.type_string() }}) as person_id
from about_lines
union all
select
    ticket_id,
    'order' as ticket_scope,
    cast(null as {{ dbt.type_string() }}) as order_line_id,
    root_order_id,
    cast(null as {{ dbt.type_string() }}) as person_id
from about_orders
union all
select
    ticket_id,
    'person' as ticket_scope,
    cast(null as {{ dbt.type_string() }}) as order_line_id,
    cast(null as {{ dbt.type_string() }}) as root_order_id,
    person_id
from persons
