-- From when on a person's outcomes count: the assignment, or the first moment of the experiment at which there was an order young enough for the
-- gate to decide on. Both are fixed before any treatment can arrive, so that the groups stay comparable whoever is then written to.
-- Beside them a plan: who would have entered an experiment that began plan weeks and the longest horizon ago.
{%- set longest = post_purchase_gate.list_var('watch_horizons_days') | max %}
{%- set plan_starts_at = post_purchase_gate.add_days(-1 * (longest + 7 * var('experiment_plan_weeks')), post_purchase_gate.as_of()) %}
with

persons as (
    select persons.person_id
    from {{ ref('int_persons') }} as persons
    inner join {{ ref('int_accounts') }} as customers
        on persons.customer_id = customers.customer_id
    group by persons.person_id
    having max(case when customers.is_test then 1 else 0 end) = 0
),

orders as (
    select
        person_id,
        ordered_at
    from {{ ref('int_orders') }}
    where order_type <> 'replacement' and not is_test and ordered_at <= {{ post_purchase_gate.as_of() }}
),

drawn_groups as (
    select
        persons.person_id,
        drawn_groups.action,
        drawn_groups.assignment,
        drawn_groups.variant,
        drawn_groups.is_control,
        drawn_groups.starts_at,
        drawn_groups.ends_at
    from {{ ref('int_experiment_groups') }} as drawn_groups
    inner join persons
        on drawn_groups.person_id = persons.person_id
    where drawn_groups.assignment <> 'several'
    union all
    select
        person_id,
        '(plan)' as action,
        'plan' as assignment,
        'plan' as variant,
        true as is_control,
        {{ plan_starts_at }} as starts_at,
        {{ post_purchase_gate.add_days(-1 * longest, post_purchase_gate.as_of()) }} as ends_at
    from persons
),

entries as (
    select
        drawn_groups.person_id,
        drawn_groups.action,
        min(case when orders.ordered_at < drawn_groups.starts_at then drawn_groups.starts_at else orders.ordered_at end) as entered_at
    from drawn_groups
    inner join orders
        on drawn_groups.person_id = orders.person_id
    where
        drawn_groups.assignment <> 'assigned'
        and orders.ordered_at > {{ post_purchase_gate.add_days(-1 * var('live_days'), 'drawn_groups.starts_at') }}
        and (drawn_groups.ends_at is null or orders.ordered_at < drawn_groups.ends_at)
    group by drawn_groups.person_id, drawn_groups.action
)

select
    drawn_groups.person_id,
    drawn_groups.action,
    drawn_groups.assignment,
    drawn_groups.variant,
    drawn_groups.is_control,
    case when drawn_groups.assignment = 'assigned' then drawn_groups.starts_at else entries.entered_at end as entered_at
from drawn_groups
left join entries
    on drawn_groups.person_id = entries.person_id and drawn_groups.action = entries.action
where drawn_groups.assignment = 'assigned' or entries.entered_at is not null
