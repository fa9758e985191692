{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
{%- set text = dbt.type_string() %}
with

tickets as (
    select * from {{ ref('src_zendesk__ticket') }}
),

orders as (
    {{ post_purchase_gate.helpdesk_orders('zendesk') }}
),

topic_texts as (
    select
        _store,
        ticket_id,
        1 as source,
        tag as said
    from {{ ref('zendesk_tags') }}
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
        _store,
        id as ticket_id,
        2 as source,
        description as said
    from tickets
    where description is not null
),

topics as (
    {{ post_purchase_gate.topics_said('topic_texts') }}
)

select
    -- ids
    tickets._store || '-' || tickets.id as ticket_id,
    tickets._store || '-' || merged.into_ticket_id as merged_into_ticket_id,
    -- a requester who is not there is named, so that the ticket does not look like one that nobody wrote
    case when users.id is null then tickets._store || '-user-' || tickets.requester_id end as customer_id,
    orders.order_id,
    cast(null as {{ text }}) as order_line_id,
    -- text
    users.email as requester_email,
    users.phone as requester_phone,
    coalesce(lower(fields.topic_value), topics.topic) as topic,
    tickets.subject,
    -- timestamps
    tickets.created_at as opened_at,
    tickets._loaded_at
from tickets
left join {{ ref('src_zendesk__user') }} as users
    on tickets._store = users._store and tickets.requester_id = users.id
left join {{ ref('zendesk_fields') }} as fields
    on tickets._store = fields._store and tickets.id = fields.ticket_id
left join {{ ref('zendesk_merges') }} as merged
    on tickets._store = merged._store and tickets.id = merged.ticket_id
left join orders
    on tickets._store = orders._store and tickets.id = orders.ticket_id
left join topics
    on tickets._store = topics._store and tickets.id = topics.ticket_id
