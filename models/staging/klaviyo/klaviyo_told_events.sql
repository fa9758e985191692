{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- What the events of the account tell of messages (subject message_metric) and of consent (consent_metric), by the seed connector_words; an event may
-- tell of both. All other events are left out.
with

events as (
    select
        events.*,
        lower(coalesce(metrics.name, events.metric_name)) as metric
    from {{ ref('src_klaviyo__event') }} as events
    left join {{ ref('src_klaviyo__metric') }} as metrics
        on events._store = metrics._store and events.metric_id = metrics.id
)

select
    events._store,
    events.id,
    words.subject,
    split_part(words.means, ':', 1) as channel,
    split_part(words.means, ':', 2) as says,
    events.metric,
    events.person_id,
    events.campaign_id,
    events.flow_id,
    events.step_id,
    events.variation_id,
    -- what is no send would make messages of different sends one
    case when {{ post_purchase_gate.matches('events.send_cohort', '^[0-9]{10}:.+$') }} then events.send_cohort end as send_cohort,
    coalesce(events.bounce_type, events.failure_type) as bounce_type,
    events.list_name,
    events.consent_method,
    events.occurred_at,
    {{ post_purchase_gate.parse_utc('events.occurred_at') }} as happened_at,
    events._loaded_at
from events
inner join {{ ref('connector_words') }} as words
    on events.metric = lower(trim(words.value)) and words.connector = 'klaviyo' and words.subject in ('message_metric', 'consent_metric')
