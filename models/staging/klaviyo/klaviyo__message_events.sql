{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
{#- So many sends without one bounce: nobody's mail is that good, the loader leaves bounces out. -#}
{%- set sends_that_bounce = 10000 %}
with

events as (
    select * from {{ ref('klaviyo_events') }}
),

silent_stores as (
    select _store
    from events
    where channel = 'email'
    group by _store
    having
        sum(case when event_type = 'delivered' then 1 else 0 end) >= {{ sends_that_bounce }}
        and sum(case when event_type in ('bounced', 'dropped') then 1 else 0 end) = 0
),

-- of each profile the first message: from there on nobody knows whether its address takes any
first_messages as (
    select
        events.message_id,
        events.occurred_at,
        events._loaded_at,
        row_number() over (partition by events._store, events.person_id order by events.happened_at asc nulls last, events.id asc) as position
    from events
    inner join silent_stores
        on events._store = silent_stores._store
    where events.channel = 'email' and events.event_type = 'delivered'
)

select
    events._store || '-' || events.id as event_id,
    events.message_id,
    case when events.event_type = 'bounced' then coalesce(words.means, 'bounced') else events.event_type end as event_type,
    events.occurred_at,
    events._loaded_at
from events
left join {{ ref('connector_words') }} as words
    on lower(events.bounce_type) = lower(words.value) and words.connector = 'klaviyo' and words.subject = 'bounce_type'
union all
select
    message_id || '-bounces' as event_id,
    message_id,
    'bounces_not_loaded' as event_type,
    occurred_at,
    _loaded_at
from first_messages
where position = 1
