-- How many of the customers who would have entered the planned experiment were sent each action within each horizon of their entry.
with

first_messages as (
    select
        subjects.person_id,
        messages.action,
        min(messages.sent_at) as sent_at,
        max(subjects.entered_at) as entered_at
    from {{ ref('int_experiment_subjects') }} as subjects
    inner join {{ ref('int_messages') }} as messages
        on subjects.person_id = messages.person_id
    where
        subjects.assignment = 'plan'
        and messages.sent_at > subjects.entered_at
        and messages.sent_at <= {{ post_purchase_gate.add_days(post_purchase_gate.list_var('watch_horizons_days') | max, 'subjects.entered_at') }}
    group by subjects.person_id, messages.action
)

{% for horizon in post_purchase_gate.list_var('watch_horizons_days') -%}
select
    action,
    {{ horizon }} as horizon_days,
    count(*) as reached_customers
from first_messages
where sent_at <= {{ post_purchase_gate.add_days(horizon, 'entered_at') }}
group by action
{{ 'union all' if not loop.last }}
{% endfor %}
