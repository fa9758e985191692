-- What a message covered: the line that it names, else every line of its order (an order, its exchanges and its replacements are one), else,
-- where it names no order or one that leads nowhere, every order that its person had placed before it.
with

messages as (
    select * from {{ ref('int_contacts') }}
    where is_action
),

-- who writes about a replacement writes about the line that it stands for
units as (
    select
        lines.order_line_id as named_line_id,
        coalesce(successors.old_order_line_id, lines.order_line_id) as order_line_id,
        lines.root_order_id
    from {{ ref('int_order_lines') }} as lines
    left join {{ ref('int_line_successors') }} as successors
        on lines.order_line_id = successors.new_order_line_id and successors.successor_kind = 'replacement'
)

select
    messages.message_id,
    messages.action,
    'line' as message_scope,
    messages.person_id,
    units.root_order_id,
    units.order_line_id,
    messages.fulfillment_id,
    messages.sent_at,
    messages.failed_at,
    messages.arrived_at
from messages
inner join units
    on messages.order_line_id = units.named_line_id
union all
select
    messages.message_id,
    messages.action,
    case when messages.root_order_id is null then 'person' else 'order' end as message_scope,
    messages.person_id,
    messages.root_order_id,
    cast(null as {{ dbt.type_string() }}) as order_line_id,
    messages.fulfillment_id,
    messages.sent_at,
    messages.failed_at,
    messages.arrived_at
from messages
where messages.order_line_id is null
