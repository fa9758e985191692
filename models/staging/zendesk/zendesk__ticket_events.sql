{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
-- Statuses and satisfaction marks. A mark stands beside the status that the ticket had when it was given; what was only offered is no mark, and one with
-- a comment (badwithcomment) is the mark that it is.
{%- set unmarked = "'offered', 'unoffered'" %}
with

marks as (
    select
        _store,
        ticket_id,
        {{ post_purchase_gate.satisfaction_mark('score') }} as satisfaction,
        updated_at as occurred_at,
        _loaded_at
    from {{ ref('src_zendesk__satisfaction_rating') }}
    union all
    select
        _store,
        ticket_id,
        {{ post_purchase_gate.satisfaction_mark('value') }} as satisfaction,
        changed_at as occurred_at,
        _loaded_at
    from {{ ref('src_zendesk__ticket_change') }}
    where field_name in ('satisfaction_score', 'satisfaction_rating')
),

known_marks as (
    select
        _store,
        ticket_id,
        satisfaction
    from marks
    group by _store, ticket_id, satisfaction
),

-- a mark that only the ticket has was given when it last changed
last_marks as (
    select
        tickets._store,
        tickets.id as ticket_id,
        {{ post_purchase_gate.satisfaction_mark('tickets.satisfaction_score') }} as satisfaction,
        tickets.updated_at as occurred_at,
        tickets._loaded_at
    from {{ ref('src_zendesk__ticket') }} as tickets
    left join known_marks as known
        on
            tickets._store = known._store
            and tickets.id = known.ticket_id
            and {{ post_purchase_gate.satisfaction_mark('tickets.satisfaction_score') }} = known.satisfaction
    where tickets.satisfaction_score is not null and known.ticket_id is null
),

events as (
    select
        _store,
        ticket_id,
        status,
        cast(null as {{ dbt.type_string() }}) as satisfaction,
        occurred_at,
        _loaded_at
    from {{ ref('zendesk_statuses') }}
    union all
    select
        _store,
        ticket_id,
        cast(null as {{ dbt.type_string() }}) as status,
        satisfaction,
        occurred_at,
        _loaded_at
    from marks
    where satisfaction not in ({{ unmarked }})
    union all
    select
        _store,
        ticket_id,
        cast(null as {{ dbt.type_string() }}) as status,
        satisfaction,
        occurred_at,
        _loaded_at
    from last_marks
    where satisfaction not in ({{ unmarked }})
)

{{ post_purchase_gate.helpdesk_events('events') }}
