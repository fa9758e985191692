with

breakers as (
    select action
    from {{ ref('int_policy_matrix') }}
    where check_name = 'circuit_breaker' and state = 'problem'
    group by action
)

select
    cast({{ post_purchase_gate.text_key(['guards.action', 'guards.metric', 'guards.cohort']) }} as {{ dbt.type_string() }}) as watch_alert_id,
    cast({{ post_purchase_gate.as_of() }} as {{ dbt.type_timestamp() }}) as as_of,
    cast(guards.action as {{ dbt.type_string() }}) as action,
    cast(guards.metric as {{ dbt.type_string() }}) as metric,
    cast(guards.cohort as {{ dbt.type_string() }}) as cohort,
    cast(guards.state as {{ dbt.type_string() }}) as state,
    guards.state = 'stop' and breakers.action is not null as stops_action,
    cast(guards.messages as bigint) as messages,
    cast(guards.events as bigint) as events,
    cast(guards.rate as decimal(9, 6)) as rate,
    cast(guards.rate_lower as decimal(9, 6)) as rate_lower,
    cast(guards.rate_upper as decimal(9, 6)) as rate_upper,
    cast(guards.warn_above as decimal(18, 8)) as warn_above,
    cast(guards.stop_above as decimal(18, 8)) as stop_above,
    cast(guards.min_messages as integer) as min_messages,
    cast(guards.horizon_days as integer) as horizon_days,
    cast({{ var('watch_window_days') }} as integer) as window_days,
    cast(guards.innocent_events_a_year as decimal(18, 6)) as innocent_events_a_year,
    cast(guards.excess as decimal(18, 6)) as excess,
    cast(guards.stop_at_excess as decimal(18, 6)) as stop_at_excess,
    cast(guards.pooled_excess as decimal(18, 6)) as pooled_excess,
    cast(guards.pooled_stop_at_excess as decimal(18, 6)) as pooled_stop_at_excess,
    cast(guards.stopped_on as date) as stopped_on
from {{ ref('int_watch_guards') }} as guards
left join breakers
    on guards.action = breakers.action
