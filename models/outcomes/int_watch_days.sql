-- Messages of each action by day of the last year, and how many of them the event followed within its horizon so far. Young messages can only
-- make a rate look too small, so that a stop need not wait for them to grow up.
{%- set first_day = 'cast(' ~ post_purchase_gate.add_days(-365, post_purchase_gate.as_of()) ~ ' as date)' %}
with

outcomes as (
    select
        *,
        cast(sent_at as date) as sent_date
    from {{ ref('int_message_outcomes') }}
    where sent_at <= {{ post_purchase_gate.as_of() }} and cast(sent_at as date) > {{ first_day }}
)

{% for guard in post_purchase_gate.guard_metrics() -%}
select
    limits.action,
    limits.metric,
    outcomes.sent_date,
    max(limits.innocent_rate) as innocent_rate,
    count(*) as messages,
    sum(case
        when outcomes.{{ guard.event }} <= {{ post_purchase_gate.add_days('limits.horizon_days', 'outcomes.sent_at') }} then 1 else 0
    end) as events
from {{ ref('int_watch_limits') }} as limits
inner join outcomes
    on limits.action = outcomes.action
where
    limits.metric = '{{ guard.metric }}'
    and limits.stop_above is not null
    {%- if guard.is_per_delivered %}
    and {{ post_purchase_gate.is_delivered() }}
    {%- endif %}
group by limits.action, limits.metric, outcomes.sent_date
{{ 'union all' if not loop.last }}
{% endfor %}
