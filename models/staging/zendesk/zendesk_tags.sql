{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
-- The tags that tickets have now, from a table of their own or a list beside the ticket; of those nobody knows since when.
with

lists as (
    select
        tickets._store,
        tickets.id as ticket_id,
        lower({{ post_purchase_gate.json_text('listed.item', []) }}) as tag
    from {{ ref('src_zendesk__ticket') }} as tickets
    {{ post_purchase_gate.join_items('tickets.tags', 'listed') }}
)

select
    _store,
    ticket_id,
    tag
from lists
where tag is not null
union
select
    _store,
    ticket_id,
    lower(tag) as tag
from {{ ref('src_zendesk__ticket_tag') }}
where tag is not null
