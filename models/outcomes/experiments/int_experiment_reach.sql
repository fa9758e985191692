-- How many customers of each group of an experiment were sent its action within each horizon of their entry, of those whose horizon is over.
with

first_messages as (
    select
        subjects.person_id,
        subjects.action,
        min(messages.sent_at) as sent_at
    from {{ ref('int_experiment_subjects') }} as subjects
    inner join {{ ref('int_messages') }} as messages
        on subjects.person_id = messages.person_id and subjects.action = messages.action
    where
        subjects.assignment <> 'plan'
        and messages.sent_at > subjects.entered_at
        and messages.sent_at <= {{ post_purchase_gate.add_days(post_purchase_gate.list_var('watch_horizons_days') | max, 'subjects.entered_at') }}
    group by subjects.person_id, subjects.action
),

subjects as (
    select
        subjects.action,
        subjects.assignment,
        subjects.variant,
        subjects.is_control,
        subjects.entered_at,
        first_messages.sent_at
    from {{ ref('int_experiment_subjects') }} as subjects
    left join first_messages
        on subjects.person_id = first_messages.person_id and subjects.action = first_messages.action
    where subjects.assignment <> 'plan'
)

{% for horizon in post_purchase_gate.list_var('watch_horizons_days') -%}
select
    action,
    assignment,
    variant,
    is_control,
    {{ horizon }} as horizon_days,
    count(*) as customers,
    sum(case when sent_at <= {{ post_purchase_gate.add_days(horizon, 'entered_at') }} then 1 else 0 end) as reached_customers
from subjects
where {{ post_purchase_gate.add_days(horizon, 'entered_at') }} <= {{ post_purchase_gate.as_of() }}
group by action, assignment, variant, is_control
{{ 'union all' if not loop.last }}
{% endfor %}
