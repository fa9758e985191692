{{ config(enabled=post_purchase_gate.uses_connector('gorgias')) }}
-- Who asked by phone or text message is known by the number that the first message came from. What the tool reads as the wish of a message tells the
-- topic as a tag or the subject does. Ids name the tool: a shop that came from another helpdesk has both.
{%- set text = dbt.type_string() %}
with

tickets as (
    select * from {{ ref('src_gorgias__ticket') }}
),

orders as (
    {{ post_purchase_gate.helpdesk_orders('gorgias') }}
),

asked as (
    select *
    from {{ ref('src_gorgias__message') }}
    where lower(coalesce(from_agent, 'false')) not in ({{ post_purchase_gate.words_for_yes() }})
),

numbers as (
    select
        _store,
        ticket_id,
        from_address,
        row_number() over (
            partition by _store, ticket_id order by {{ post_purchase_gate.parse_utc('created_at') }} asc nulls last, id asc
        ) as position
    from asked
    where lower(channel) in ('phone', 'sms', 'whatsapp') and from_address is not null
),

topic_texts as (
    select
        _store,
        ticket_id,
        1 as source,
        tag as said
    from {{ ref('gorgias_tags') }}
    union all
    select
        _store,
        id as ticket_id,
        1 as source,
        subject as said
    from tickets
    where subject is not null
    union all
    select
        asked._store,
        asked.ticket_id,
        1 as source,
        {{ post_purchase_gate.json_text('listed.item', ['name']) }} as said
    from asked
    {{ post_purchase_gate.join_items('asked.intents', 'listed') }}
    union all
    select
        _store,
        id as ticket_id,
        2 as source,
        excerpt as said
    from tickets
    where excerpt is not null
),

topics as (
    {{ post_purchase_gate.topics_said('topic_texts') }}
)

select
    -- ids
    tickets._store || '-gorgias-' || tickets.id as ticket_id,
    cast(null as {{ text }}) as merged_into_ticket_id,
    cast(null as {{ text }}) as customer_id,
    orders.order_id,
    cast(null as {{ text }}) as order_line_id,
    -- text
    coalesce(tickets.email, customers.email) as requester_email,
    numbers.from_address as requester_phone,
    coalesce(lower(tickets.topic_value), topics.topic) as topic,
    tickets.subject,
    -- timestamps
    tickets.created_at as opened_at,
    tickets._loaded_at
from tickets
left join {{ ref('src_gorgias__customer') }} as customers
    on tickets._store = customers._store and tickets.customer_id = customers.id
left join orders
    on tickets._store = orders._store and tickets.id = orders.ticket_id
left join numbers
    on tickets._store = numbers._store and tickets.id = numbers.ticket_id and numbers.position = 1
left join topics
    on tickets._store = topics._store and tickets.id = topics.ticket_id
