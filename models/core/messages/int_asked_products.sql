-- Which products a person was asked to review, and when: the variants of a product are one, whichever order they came in.
with

asks as (
    select * from {{ ref('int_message_scopes') }}
    where action = 'review_request'
),

lines as (
    select * from {{ ref('int_order_lines') }}
),

asked as (
    select
        asks.message_id,
        lines.person_id,
        lines.product_id
    from asks
    inner join lines
        on asks.order_line_id = lines.order_line_id
    where asks.message_scope = 'line'
    union all
    select
        asks.message_id,
        lines.person_id,
        lines.product_id
    from asks
    inner join lines
        on asks.root_order_id = lines.root_order_id
    where asks.message_scope = 'order'
    union all
    select
        asks.message_id,
        lines.person_id,
        lines.product_id
    from asks
    inner join lines
        on asks.person_id = lines.person_id and lines.ordered_at < asks.sent_at
    where asks.message_scope = 'person'
),

products as (
    select
        message_id,
        person_id,
        product_id
    from asked
    group by message_id, person_id, product_id
)

select
    products.message_id,
    products.person_id,
    products.product_id,
    messages.sent_at,
    messages.failed_at,
    messages.arrived_at
from products
inner join {{ ref('int_contacts') }} as messages
    on products.message_id = messages.message_id
