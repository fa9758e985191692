{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- What the events of the account tell of messages (subject message_metric) and of consent (consent_metric), by the seed connector_words; an event may
-- tell of both. A metric that Klaviyo keeps itself and the seed does not know (renamed, or new) may be a bounce or an opt-out: it is handed on by its
-- name, which is no word of the contract and so unknown. Other integrations' metrics are left out, but for those that belong to a send.
with

events as (
    select
        events.*,
        lower(coalesce(metrics.name, events.metric_name)) as metric,
        coalesce(lower(metrics.integration_name) = 'klaviyo', false) as is_klaviyos_own,
        -- what is no send would make messages of different sends one
        case when {{ post_purchase_gate.matches('events.send_cohort', '^[0-9]{10}:.+$') }} then events.send_cohort end as send
    from {{ ref('src_klaviyo__event') }} as events
    left join {{ ref('src_klaviyo__metric') }} as metrics
        on events._store = metrics._store and events.metric_id = metrics.id
),

words as (
    select
        lower(trim(value)) as value,
        subject,
        {{ post_purchase_gate.split_part() }}(means, ':', 1) as channel,
        {{ post_purchase_gate.split_part() }}(means, ':', 2) as says
    from {{ ref('connector_words') }}
    where connector = 'klaviyo' and subject in ('message_metric', 'consent_metric', 'other_metric')
),

told as (
    select
        events.*,
        words.subject,
        words.channel,
        words.says
    from events
    inner join words
        on events.metric = words.value
    union all
    select
        events.*,
        case
            when coalesce(events.send, events.step_id, events.campaign_id, events.flow_id) is not null then 'message_metric'
            else 'consent_metric'
        end as subject,
        case
            when events.metric like '%whatsapp%' then 'whatsapp'
            when events.metric like '%sms%' then 'sms'
            when events.metric like '%push%' then 'push'
            else 'email'
        end as channel,
        'metric ' || coalesce(events.metric, events.metric_id, 'without a name') as says
    from events
    left join words
        on events.metric = words.value
    where words.value is null and (events.send is not null or events.is_klaviyos_own)
)

select
    _store,
    id,
    subject,
    channel,
    says,
    metric,
    person_id,
    campaign_id,
    flow_id,
    step_id,
    variation_id,
    send as send_cohort,
    coalesce(bounce_type, failure_type) as bounce_type,
    list_name,
    consent_method,
    occurred_at,
    {{ post_purchase_gate.parse_utc('occurred_at') }} as happened_at,
    _loaded_at
from told
where subject <> 'other_metric'
