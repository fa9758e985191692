{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
-- What the fields that a connection names say of a ticket: a column of the ticket, or a value of the field that has that id or title.
with

words as (
    {{ post_purchase_gate.field_words('zendesk') }}
),

named as (
    select
        fields._store,
        fields.ticket_id,
        max(case when words.order_field in (lower(fields.field_id), lower(titles.title)) then fields.value end) as order_value,
        max(case when words.topic_field in (lower(fields.field_id), lower(titles.title)) then fields.value end) as topic_value
    from {{ ref('src_zendesk__ticket_field_value') }} as fields
    inner join words
        on fields._store = words._store
    left join {{ ref('src_zendesk__ticket_field') }} as titles
        on fields._store = titles._store and fields.field_id = titles.id
    group by fields._store, fields.ticket_id
)

select
    tickets._store,
    tickets.id as ticket_id,
    coalesce(tickets.order_value, named.order_value) as order_value,
    coalesce(tickets.topic_value, named.topic_value) as topic_value
from {{ ref('src_zendesk__ticket') }} as tickets
left join named
    on tickets._store = named._store and tickets.id = named.ticket_id
