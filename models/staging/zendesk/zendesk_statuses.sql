{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
-- Every status that a ticket is known to have had: from the history where a loader brings it, and what the ticket says now where the history does not
-- say so last. A status of the account's own counts as its category. Nobody answered a ticket that was merged into one that is not there.
with

tickets as (
    select * from {{ ref('src_zendesk__ticket') }}
),

labels as (
    select
        _store,
        lower(agent_label) as label,
        min(lower(category)) as category
    from {{ ref('src_zendesk__custom_status') }}
    where agent_label is not null and category is not null
    group by _store, lower(agent_label)
    having min(lower(category)) = max(lower(category))
),

history as (
    select
        changes._store,
        changes.ticket_id,
        lower(changes.value) as status,
        changes.changed_at as occurred_at,
        changes._loaded_at,
        row_number() over (
            partition by changes._store, changes.ticket_id
            order by {{ post_purchase_gate.parse_utc('changes.changed_at') }} desc nulls last, changes.value desc
        ) as recency
    from {{ ref('src_zendesk__ticket_change') }} as changes
    where changes.field_name = 'status' and changes.value is not null
),

all_statuses as (
    select
        _store,
        ticket_id,
        status,
        occurred_at,
        _loaded_at
    from history
    union all
    select
        tickets._store,
        tickets.id as ticket_id,
        lower(tickets.status) as status,
        coalesce(tickets.updated_at, tickets.created_at, tickets._loaded_at) as occurred_at,
        tickets._loaded_at
    from tickets
    left join history
        on tickets._store = history._store and tickets.id = history.ticket_id and history.recency = 1
    where tickets.status is not null and lower(tickets.status) <> coalesce(history.status, '')
    union all
    select
        deleted._store,
        deleted.id as ticket_id,
        'deleted' as status,
        coalesce(deleted.deleted_at, deleted._loaded_at) as occurred_at,
        deleted._loaded_at
    from {{ ref('src_zendesk__deleted_ticket') }} as deleted
    inner join tickets
        on deleted._store = tickets._store and deleted.id = tickets.id
)

select
    all_statuses._store,
    all_statuses.ticket_id,
    case
        when merged.ticket_id is not null and merged.into_ticket_id is null and all_statuses.status in ('solved', 'closed') then 'closed_by_merge'
        else coalesce(labels.category, all_statuses.status)
    end as status,
    all_statuses.occurred_at,
    all_statuses._loaded_at
from all_statuses
left join labels
    on all_statuses._store = labels._store and all_statuses.status = labels.label
left join {{ ref('zendesk_merges') }} as merged
    on all_statuses._store = merged._store and all_statuses.ticket_id = merged.ticket_id
