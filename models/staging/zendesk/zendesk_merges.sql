{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
-- Tickets that were merged, and into which: the target lists them, else the note that the merge wrote names it. A tag says that a ticket was merged
-- where neither says into which; it then has no target, and its being closed answers nothing.
with

tickets as (
    select * from {{ ref('src_zendesk__ticket') }}
),

tagged as (
    select
        _store,
        ticket_id
    from {{ ref('zendesk_tags') }}
    where tag = 'closed_by_merge'
),

listed as (
    select
        tickets._store,
        {{ post_purchase_gate.json_text('listed.item', []) }} as ticket_id,
        tickets.id as into_ticket_id
    from tickets
    {{ post_purchase_gate.join_items('tickets.merged_ticket_ids', 'listed') }}
),

notes as (
    select
        tagged._store,
        tagged.ticket_id,
        targets.id as into_ticket_id,
        row_number() over (
            partition by tagged._store, tagged.ticket_id order by {{ post_purchase_gate.parse_utc('comments.created_at') }} desc nulls last, comments.id desc
        ) as recency
    from tagged
    inner join {{ ref('src_zendesk__comment') }} as comments
        on tagged._store = comments._store and tagged.ticket_id = comments.ticket_id
    inner join tickets as targets
        on comments._store = targets._store and {{ post_purchase_gate.matched_group('comments.body', '#([0-9]+)', 1) }} = targets.id
    where targets.id <> tagged.ticket_id
),

-- of a ticket that two list, nobody knows which holds it
targets as (
    select
        _store,
        ticket_id,
        case when min(into_ticket_id) = max(into_ticket_id) then min(into_ticket_id) end as into_ticket_id
    from listed
    where ticket_id <> into_ticket_id
    group by _store, ticket_id
)

select
    coalesce(targets._store, tagged._store) as _store,
    coalesce(targets.ticket_id, tagged.ticket_id) as ticket_id,
    coalesce(targets.into_ticket_id, notes.into_ticket_id) as into_ticket_id
from targets
full outer join tagged
    on targets._store = tagged._store and targets.ticket_id = tagged.ticket_id
left join notes
    on tagged._store = notes._store and tagged.ticket_id = notes.ticket_id and notes.recency = 1
