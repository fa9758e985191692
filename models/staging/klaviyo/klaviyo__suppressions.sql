{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- One row per address, of several reasons the oldest; and the addresses of complaints that belong to no message.
{%- set text = dbt.type_string() %}
with

known_events as (
    select
        _store,
        id
    from {{ ref('klaviyo_events') }}
),

shut as (
    select
        email as address,
        reason,
        since,
        _loaded_at
    from {{ ref('klaviyo_exclusions') }}
    where not is_opt_out
    union all
    select
        people.email as address,
        events.metric as reason,
        events.occurred_at as since,
        events._loaded_at
    from {{ ref('klaviyo_told_events') }} as events
    left join known_events
        on events._store = known_events._store and events.id = known_events.id
    left join {{ ref('src_klaviyo__person') }} as people
        on events._store = people._store and events.person_id = people.id
    where events.subject = 'message_metric' and events.says = 'complained' and known_events.id is null
),

numbered as (
    select
        *,
        row_number() over (
            partition by address order by {{ post_purchase_gate.parse_utc('since') }} asc nulls first, reason asc, _loaded_at asc nulls last
        ) as position
    from shut
)

select
    'email' as channel,
    address,
    cast(null as {{ text }}) as customer_id,
    reason,
    since,
    _loaded_at
from numbered
where position = 1
