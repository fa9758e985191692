{{ config(enabled=post_purchase_gate.uses_connector('aftership')) }}
-- What the carrier said of a shipment, and what AfterShip says where no checkpoint does: that nothing was heard of it yet (Pending), or no more
-- (Expired), or that it goes back. Carriers write the clock of the place, often without its offset. Such a time is read as the latest that it can
-- have been: AfterShip knew of it, and of all others from the same country, no earlier than it happened, and no clock is more than twelve hours
-- behind UTC. So the order of what happened and the time between stay as they are.
{%- set time = post_purchase_gate.parse_utc %}
{%- set offset = "[T ][0-9]{1,2}:[0-9]{2}.*(Z|z|UTC|utc|GMT|gmt|[+-][0-9]{2}:?([0-9]{2})?)$" %}
with

words as (
    select {{ post_purchase_gate.folded_value('value') }} as word
    from {{ ref('value_synonyms') }}
    where table_name = 'fulfillment_events' and column_name = 'event_type'
),

trackings as (
    select * from {{ ref('src_aftership__tracking') }}
),

checkpoints as (
    select
        checkpoints._store,
        checkpoints.tracking_id,
        lower(checkpoints.tag) as tag,
        -- the finer word where it has a meaning of its own
        coalesce(words.word, lower(checkpoints.tag)) as event_type,
        checkpoints.country,
        coalesce(checkpoints.happened_at, checkpoints.created_at) as said_at,
        checkpoints.created_at as learned_at,
        checkpoints._loaded_at
    from {{ ref('src_aftership__checkpoint') }} as checkpoints
    left join words
        on lower(checkpoints.subtag) = words.word
),

told as (
    select
        _store,
        tracking_id,
        tag,
        event_type
    from checkpoints
    group by _store, tracking_id, tag, event_type
),

-- where the tracking itself stands, unless a checkpoint says it
standing as (
    select
        trackings._store,
        trackings.id as tracking_id,
        lower(trackings.tag) as tag,
        coalesce(words.word, lower(trackings.tag)) as event_type,
        cast(null as {{ dbt.type_string() }}) as country,
        case
            when lower(trackings.tag) = 'delivered' then coalesce(trackings.delivered_at, trackings.updated_at)
            when lower(trackings.tag) = 'attemptfail' then coalesce(trackings.first_attempted_at, trackings.updated_at)
            when lower(trackings.tag) in ('pending', 'inforeceived') then coalesce(trackings.created_at, trackings.updated_at)
            else trackings.updated_at
        end as said_at,
        trackings.updated_at as learned_at,
        trackings._loaded_at
    from trackings
    left join words
        on lower(trackings.subtag) = words.word
    left join told
        on trackings._store = told._store and trackings.id = told.tracking_id and lower(trackings.tag) = told.tag
    where trackings.tag is not null and told.tag is null
),

returned as (
    select
        trackings._store,
        trackings.id as tracking_id,
        'exception' as tag,
        'returned_to_sender' as event_type,
        cast(null as {{ dbt.type_string() }}) as country,
        trackings.updated_at as said_at,
        trackings.updated_at as learned_at,
        trackings._loaded_at
    from trackings
    left join told
        on
            trackings._store = told._store
            and trackings.id = told.tracking_id
            and told.event_type in ('exception_010', 'exception_011')
    where lower(trackings.is_returned) in ({{ post_purchase_gate.words_for_yes() }}) and told.tag is null
),

said as (
    select * from checkpoints
    union all
    select * from standing
    union all
    select * from returned
),

read as (
    select
        *,
        {{ time('said_at') }} as clock_at,
        {{ time('learned_at') }} as known_at,
        {{ post_purchase_gate.matches('said_at', offset) }} as has_offset,
        {{ post_purchase_gate.matches('said_at', '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }} as is_date
    from said
),

-- how far the clock of the place can be behind UTC, at most
clocks as (
    select
        _store,
        tracking_id,
        country,
        {{ post_purchase_gate.greatest() }}(
            {{ post_purchase_gate.least() }}(coalesce(min({{ dbt.datediff('clock_at', 'known_at', 'second') }}), 43200), 43200),
            -50400
        ) as seconds_behind
    from read
    where not has_offset and not is_date
    group by _store, tracking_id, country
),

placed as (
    select
        read.*,
        case
            when read.has_offset then read.clock_at
            -- a day alone ends that much after its first second in UTC, at the latest
            when read.is_date and read.known_at < {{ post_purchase_gate.add_time('hour', 36, 'read.clock_at') }} then read.known_at
            when read.is_date then {{ post_purchase_gate.add_time('hour', 36, 'read.clock_at') }}
            else {{ post_purchase_gate.add_time('second', 'clocks.seconds_behind', 'read.clock_at') }}
        end as happened_at
    from read
    left join clocks
        on
            read._store = clocks._store
            and read.tracking_id = clocks.tracking_id
            and coalesce(read.country, '') = coalesce(clocks.country, '')
)

select
    _store,
    tracking_id,
    tag,
    event_type,
    happened_at,
    -- what cannot be read is handed on, to be refused by name
    coalesce(cast(happened_at as {{ dbt.type_string() }}), said_at) as occurred_at,
    max(_loaded_at) as _loaded_at
from placed
group by _store, tracking_id, tag, event_type, happened_at, coalesce(cast(happened_at as {{ dbt.type_string() }}), said_at)
