-- From when until when an address does not take messages, or nobody knows: a complaint and a suppression for good, a hard bounce or a drop until
-- something is delivered, opened or clicked there later; an event that nobody has a word for, or on a channel that nobody knows, from then on.
with

events as (
    select
        addresses.permission_key,
        addresses.channel,
        case when addresses.is_channel_known then coalesce(events.event_type, 'unknown') else 'unknown' end as event_type,
        events.occurred_at,
        events.event_id
    from {{ ref('stg_message_events') }} as events
    inner join {{ ref('int_message_addresses') }} as addresses
        on events.message_id = addresses.message_id
    where coalesce(events.event_type, 'unknown') in ('hard_bounced', 'dropped', 'complained', 'unknown')
),

failed_addresses as (
    select
        permission_key,
        channel
    from events
    where event_type in ('hard_bounced', 'dropped')
    group by permission_key, channel
),

-- of the many messages that arrive, those at an address that has failed
arrivals as (
    select
        addresses.permission_key,
        addresses.channel,
        events.occurred_at
    from failed_addresses
    inner join {{ ref('int_message_addresses') }} as addresses
        on failed_addresses.permission_key = addresses.permission_key and failed_addresses.channel = addresses.channel
    inner join {{ ref('stg_message_events') }} as events
        on addresses.message_id = events.message_id
    where addresses.is_channel_known and events.event_type in ('delivered', 'opened', 'clicked')
),

bounces as (
    select
        events.permission_key,
        events.channel,
        events.event_type,
        events.occurred_at,
        events.event_id,
        min(arrivals.occurred_at) as until_at
    from events
    left join arrivals
        on
            events.permission_key = arrivals.permission_key
            and events.channel = arrivals.channel
            and events.occurred_at < arrivals.occurred_at
    where events.event_type in ('hard_bounced', 'dropped')
    group by events.permission_key, events.channel, events.event_type, events.occurred_at, events.event_id
),

-- a list of a channel that nobody knows may be of any
listed as (
    select
        coalesce(meanings.channel, suppressions.channel) as channel,
        suppressions.channel as said_of,
        meanings.channel is null as is_channel_known,
        suppressions.address,
        suppressions.customer_id,
        suppressions.since
    from {{ ref('stg_suppressions') }} as suppressions
    left join {{ ref('int_channel_meanings') }} as meanings
        on suppressions.channel = meanings.said_of
),

suppressions as (
    select
        coalesce(written.permission_key, accounts.permission_key) as permission_key,
        suppressions.channel,
        suppressions.is_channel_known,
        suppressions.since
    from listed as suppressions
    left join {{ ref('int_written_addresses') }} as written
        on suppressions.said_of = written.channel and suppressions.address = written.address
    left join {{ ref('int_permission_addresses') }} as accounts
        on
            suppressions.customer_id = accounts.customer_id
            and {{ post_purchase_gate.address_kind('suppressions.channel') }} = accounts.kind
),

states as (
    select
        permission_key,
        channel,
        event_type as address_state,
        occurred_at as from_at,
        until_at,
        'message_events' as source_table,
        event_id as source_id
    from bounces
    union all
    select
        permission_key,
        channel,
        event_type as address_state,
        occurred_at as from_at,
        cast(null as {{ dbt.type_timestamp() }}) as until_at,
        'message_events' as source_table,
        event_id as source_id
    from events
    where event_type in ('complained', 'unknown')
    union all
    select
        permission_key,
        channel,
        case when is_channel_known then 'suppressed' else 'unknown' end as address_state,
        since as from_at,
        cast(null as {{ dbt.type_timestamp() }}) as until_at,
        'suppressions' as source_table,
        permission_key as source_id
    from suppressions
    where permission_key is not null
),

-- what is over at the same time began with the first
numbered as (
    select
        *,
        row_number() over (
            partition by permission_key, channel, address_state, until_at order by from_at asc nulls first, source_id asc
        ) as position
    from states
)

select
    permission_key,
    channel,
    address_state,
    from_at,
    coalesce(until_at, {{ post_purchase_gate.end_of_time() }}) as until_at,
    source_table,
    source_id
from numbered
where position = 1
