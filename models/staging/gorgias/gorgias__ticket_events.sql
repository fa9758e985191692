{{ config(enabled=post_purchase_gate.uses_connector('gorgias')) }}
-- Statuses and satisfaction marks. What a score means is said by the seed connector_words; a score that it does not name is handed on.
with

events as (
    select
        _store,
        ticket_id,
        status,
        cast(null as {{ dbt.type_string() }}) as satisfaction,
        occurred_at,
        _loaded_at
    from {{ ref('gorgias_statuses') }}
    union all
    select
        surveys._store,
        surveys.ticket_id,
        cast(null as {{ dbt.type_string() }}) as status,
        coalesce(words.means, surveys.score) as satisfaction,
        surveys.scored_at as occurred_at,
        surveys._loaded_at
    from {{ ref('src_gorgias__survey') }} as surveys
    left join {{ ref('connector_words') }} as words
        on {{ post_purchase_gate.read_id('surveys.score') }} = words.value and words.connector = 'gorgias' and words.subject = 'satisfaction'
    where surveys.score is not null and coalesce(words.means, '') <> 'nothing'
)

{{ post_purchase_gate.helpdesk_events('events', '-gorgias-') }}
