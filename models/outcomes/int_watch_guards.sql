-- Two cohorts, each watch_window_days of sends: the newest whose horizon is over, which give the rate, and the newest of all, counted so far.
-- The rates are for reading; what stops an action is the evidence that its detector has summed, said of what was sent so far.
with

thresholds as (
    select
        action,
        metric,
        warn_above,
        stop_above,
        horizon_days,
        min_messages
    from {{ ref('int_watch_limits') }}
),

windows as (
    select
        *,
        'mature' as cohort,
        {{ post_purchase_gate.add_days('-1 * horizon_days', post_purchase_gate.as_of()) }} as sent_through
    from thresholds
    union all
    select
        *,
        'so_far' as cohort,
        {{ post_purchase_gate.as_of() }} as sent_through
    from thresholds
),

counted as (
    {%- for guard in post_purchase_gate.guard_metrics() %}
    select
        windows.action,
        windows.metric,
        windows.cohort,
        count(*) as messages,
        sum(case when outcomes.{{ guard.event }} <= {{ post_purchase_gate.add_days('windows.horizon_days', 'outcomes.sent_at') }} then 1 else 0 end) as events
    from windows
    inner join {{ ref('int_message_outcomes') }} as outcomes
        on windows.action = outcomes.action
    where
        windows.metric = '{{ guard.metric }}'
        and outcomes.sent_at <= windows.sent_through
        and outcomes.sent_at > {{ post_purchase_gate.add_days(-1 * var('watch_window_days'), 'windows.sent_through') }}
        {%- if guard.is_per_delivered %}
        and {{ post_purchase_gate.is_delivered() }}
        {%- endif %}
    group by windows.action, windows.metric, windows.cohort
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

known as (
    {%- for guard in post_purchase_gate.guard_metrics() %}
    select
        '{{ guard.metric }}' as metric,
        {{ guard.feed }}_through is not null as is_known
    from {{ ref('int_outcome_reach') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rates as (
    select
        windows.action,
        windows.metric,
        windows.cohort,
        windows.horizon_days,
        windows.warn_above,
        windows.stop_above,
        windows.min_messages,
        known.is_known,
        coalesce(counted.messages, 0) as messages,
        coalesce(counted.events, 0) as events,
        coalesce(counted.events, 0) / nullif(cast(counted.messages as {{ post_purchase_gate.type_double() }}), 0) as rate,
        {{ post_purchase_gate.wilson_lower('counted.events', 'counted.messages') }} as rate_lower,
        {{ post_purchase_gate.wilson_upper('counted.events', 'counted.messages') }} as rate_upper
    from windows
    inner join known
        on windows.metric = known.metric
    left join counted
        on
            windows.action = counted.action
            and windows.metric = counted.metric
            and windows.cohort = counted.cohort
)

select
    rates.*,
    detectors.innocent_events_a_year,
    detectors.excess,
    detectors.stop_at_excess,
    detectors.pooled_excess,
    detectors.pooled_stop_at_excess,
    detectors.stopped_on,
    case
        when not rates.is_known then 'unknown'
        when rates.cohort = 'so_far' and coalesce(detectors.is_stopped, false) then 'stop'
        when rates.messages < rates.min_messages then 'too_few'
        when rates.rate > rates.warn_above then 'warn'
        else 'ok'
    end as state
from rates
left join {{ ref('int_watch_detectors') }} as detectors
    on rates.action = detectors.action and rates.metric = detectors.metric
