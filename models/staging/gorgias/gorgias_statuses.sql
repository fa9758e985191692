{{ config(enabled=post_purchase_gate.uses_connector('gorgias')) }}
-- Every status that a ticket is known to have had: what its events say by the seed connector_words, and what the ticket says now where they do not say
-- so last. A snoozed ticket is not answered, though the tool may call it closed: it opens again by itself.
with

tickets as (
    select
        *,
        {{ post_purchase_gate.parse_utc('snoozed_until') }}
        > coalesce({{ post_purchase_gate.parse_utc('updated_at') }}, {{ post_purchase_gate.parse_utc('created_at') }}) as is_snoozed
    from {{ ref('src_gorgias__ticket') }}
),

history as (
    select
        events._store,
        events.object_id as ticket_id,
        words.means as status,
        events.occurred_at,
        events._loaded_at,
        row_number() over (
            partition by events._store, events.object_id order by {{ post_purchase_gate.parse_utc('events.occurred_at') }} desc nulls last, events.id desc
        ) as recency
    from {{ ref('src_gorgias__event') }} as events
    inner join {{ ref('connector_words') }} as words
        on lower(events.kind) = lower(trim(words.value)) and words.connector = 'gorgias' and words.subject = 'ticket_event'
    inner join tickets
        on events._store = tickets._store and events.object_id = tickets.id
    where coalesce(lower(events.object_kind), 'ticket') = 'ticket'
),

now as (
    select
        _store,
        id as ticket_id,
        case
            when trashed_at is not null then 'deleted'
            when lower(is_spam) in ({{ post_purchase_gate.words_for_yes() }}) then 'spam'
            when is_snoozed then 'snoozed'
            else lower(status)
        end as status,
        coalesce(
            trashed_at,
            case when lower(status) = 'closed' and not coalesce(is_snoozed, false) then closed_at end,
            updated_at,
            created_at,
            _loaded_at
        ) as occurred_at,
        _loaded_at
    from tickets
)

select
    _store,
    ticket_id,
    status,
    occurred_at,
    _loaded_at
from history
union all
select
    now._store,
    now.ticket_id,
    now.status,
    now.occurred_at,
    now._loaded_at
from now
left join history
    on now._store = history._store and now.ticket_id = history.ticket_id and history.recency = 1
where now.status is not null and now.status <> coalesce(history.status, '')
union all
select
    _store,
    id as ticket_id,
    'open' as status,
    snoozed_until as occurred_at,
    _loaded_at
from tickets
where is_snoozed and trashed_at is null and lower(coalesce(is_spam, 'false')) not in ({{ post_purchase_gate.words_for_yes() }})
