-- Each draw among two offers or more that the log knows, as it was when it was first made: its offers, the one that was chosen, and how likely each was.
with

entries as (
    select
        changes.choice_id,
        changes.action,
        changes.decided_at,
        changes.is_chosen,
        changes.propensity,
        changes.choice_value,
        lines.person_id,
        actions.priority,
        min(changes.decided_at) over (partition by changes.choice_id) as drawn_at
    from {{ post_purchase_gate.built(ref('decision_changes')) }} as changes
    inner join {{ ref('int_order_lines') }} as lines
        on changes.order_line_id = lines.order_line_id
    inner join {{ ref('actions') }} as actions
        on changes.action = actions.action
    where changes.choice_id is not null
),

offers as (
    select
        choice_id,
        action,
        drawn_at,
        min(person_id) as person_id,
        min(priority) as priority,
        max(propensity) as propensity,
        max(choice_value) as choice_value,
        max(case when is_chosen then 1 else 0 end) as is_chosen
    from entries
    where decided_at = drawn_at
    group by choice_id, action, drawn_at
),

counted as (
    select
        *,
        count(*) over (partition by choice_id) as offers,
        sum(is_chosen) over (partition by choice_id) as chosen
    from offers
)

select
    choice_id,
    action,
    drawn_at,
    person_id,
    priority,
    propensity,
    choice_value,
    is_chosen = 1 as is_chosen
from counted
where offers >= 2 and chosen = 1
