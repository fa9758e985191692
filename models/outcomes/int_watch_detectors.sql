-- Is the rate of a guard metric above what an innocent action has? Evidence is summed day by day and never falls below none (a CUSUM of the log
-- likelihood ratio), so that a good past does not excuse a bad present. A pause of watch_window_days begins a new count: a stop makes one, and
-- then the action is tried again. Actions of few messages are judged alone and together, half of the false stops each.
{%- set double = post_purchase_gate.type_double() %}
{%- set window_start = 'cast(' ~ post_purchase_gate.add_days('-1 * ' ~ var('watch_window_days'), post_purchase_gate.as_of()) ~ ' as date)' %}
{%- set today = 'cast(' ~ post_purchase_gate.as_of() ~ ' as date)' %}
with

volumes as (
    select
        action,
        metric,
        sum(messages) as messages,
        min(sent_date) as first_date,
        {{ today }} as today
    from {{ ref('int_watch_days') }}
    group by action, metric
),

paces as (
    select
        action,
        metric,
        messages
        < {{ var('watch_small_action') }} * ({{ dbt.datediff('first_date', 'today', 'day') }} + 1)
            as is_small
    from volumes
),

scopes as (
    select
        paces.action as scope,
        days.metric,
        days.sent_date,
        days.messages,
        days.events,
        days.messages * days.innocent_rate as innocent_events,
        days.messages * {{ post_purchase_gate.breaker_message_score('days.innocent_rate') }} as message_score,
        case when paces.is_small then 0.5 else 1.0 end as share_of_false_stops
    from {{ ref('int_watch_days') }} as days
    inner join paces
        on days.action = paces.action and days.metric = paces.metric
    union all
    select
        '(small actions)' as scope,
        days.metric,
        days.sent_date,
        sum(days.messages) as messages,
        sum(days.events) as events,
        sum(days.messages * days.innocent_rate) as innocent_events,
        sum(days.messages * {{ post_purchase_gate.breaker_message_score('days.innocent_rate') }}) as message_score,
        0.5 as share_of_false_stops
    from {{ ref('int_watch_days') }} as days
    inner join paces
        on days.action = paces.action and days.metric = paces.metric
    where paces.is_small
    group by days.metric, days.sent_date
),

scored as (
    select
        *,
        events * {{ post_purchase_gate.breaker_event_score() }} - message_score as score,
        lag(sent_date) over (partition by scope, metric order by sent_date) as previous_date
    from scopes
),

paused as (
    select
        *,
        {{ dbt.datediff('previous_date', 'sent_date', 'day') }} as days_paused
    from scored
),

runs as (
    select
        *,
        sum(case when days_paused >= {{ var('watch_window_days') }} then 1 else 0 end) over (
            partition by scope, metric order by sent_date rows between unbounded preceding and current row
        ) as run
    from paused
),

summed as (
    select
        *,
        sum(score) over (partition by scope, metric, run order by sent_date rows between unbounded preceding and current row) as score_so_far
    from runs
),

walked as (
    select
        *,
        score_so_far - {{ post_purchase_gate.least() }}(
            min(score_so_far) over (partition by scope, metric, run order by sent_date rows between unbounded preceding and current row), 0
        ) as excess
    from summed
),

-- the number of false stops a year grows with the messages of a year
limits as (
    select
        scope,
        metric,
        case metric
            {%- for guard in post_purchase_gate.guard_metrics() %}
            when '{{ guard.metric }}' then {{ guard.false_stops }}
            {%- endfor %}
        end * max(share_of_false_stops) as false_stops,
        sum(innocent_events) as innocent_events,
        min(sent_date) as first_date,
        {{ today }} as today
    from scopes
    group by scope, metric
),

yearly as (
    select
        scope,
        metric,
        false_stops,
        365 * innocent_events
        / cast({{ dbt.datediff('first_date', 'today', 'day') }} + 1 as {{ double }})
            as innocent_events
    from limits
),

limited as (
    select
        *,
        {{ post_purchase_gate.breaker_limit('innocent_events', 'false_stops') }} as stop_at_excess
    from yearly
),

judged as (
    select
        limited.scope,
        limited.metric,
        limited.innocent_events,
        limited.stop_at_excess,
        coalesce(max(case when walked.sent_date > {{ window_start }} then walked.excess end), 0) as excess,
        min(case when walked.sent_date > {{ window_start }} and walked.excess >= limited.stop_at_excess then walked.sent_date end) as stopped_on
    from limited
    inner join walked
        on limited.scope = walked.scope and limited.metric = walked.metric
    group by limited.scope, limited.metric, limited.innocent_events, limited.stop_at_excess
),

-- of the small ones that are above the limit together, those stop that had a part in it
recent as (
    select
        action,
        metric,
        sum(events) as events
    from {{ ref('int_watch_days') }}
    where sent_date > {{ window_start }}
    group by action, metric
)

select
    paces.action,
    paces.metric,
    paces.is_small,
    cast(own.innocent_events as decimal(18, 6)) as innocent_events_a_year,
    cast(own.excess as decimal(18, 6)) as excess,
    cast(own.stop_at_excess as decimal(18, 6)) as stop_at_excess,
    cast(pooled.excess as decimal(18, 6)) as pooled_excess,
    cast(pooled.stop_at_excess as decimal(18, 6)) as pooled_stop_at_excess,
    own.stopped_on is not null or (pooled.stopped_on is not null and coalesce(recent.events, 0) > 0) as is_stopped,
    case when own.stopped_on is not null then own.stopped_on when coalesce(recent.events, 0) > 0 then pooled.stopped_on end as stopped_on
from paces
inner join judged as own
    on paces.action = own.scope and paces.metric = own.metric
left join judged as pooled
    on paces.metric = pooled.metric and pooled.scope = '(small actions)' and paces.is_small
left join recent
    on paces.action = recent.action and paces.metric = recent.metric
