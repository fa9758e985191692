-- From when on a customer's outcomes count: his assignment, or the first moment of the experiment at which he had an order young enough for the
-- gate to decide on. Both are fixed before any treatment can reach him, so that the groups stay comparable whoever is then written to.
-- Beside them a plan: who would have entered an experiment that began plan weeks and the longest horizon ago.
{%- set longest = var('watch_horizons_days') | max %}
{%- set plan_starts_at = post_purchase_gate.add_days(-1 * (longest + 7 * var('experiment_plan_weeks')), post_purchase_gate.as_of()) %}
with

customers as (
    select customer_id
    from {{ ref('stg_customers') }}
    where not is_test
),

orders as (
    select
        customer_id,
        ordered_at
    from {{ ref('int_orders') }}
    where order_type <> 'replacement' and not is_test and ordered_at <= {{ post_purchase_gate.as_of() }}
),

groups as (
    select
        customers.customer_id,
        groups.action,
        groups.assignment,
        groups.variant,
        groups.is_control,
        groups.starts_at,
        groups.ends_at
    from {{ ref('int_experiment_groups') }} as groups
    inner join customers
        on groups.customer_id = customers.customer_id
    union all
    select
        customer_id,
        '(plan)' as action,
        'plan' as assignment,
        'plan' as variant,
        true as is_control,
        {{ plan_starts_at }} as starts_at,
        {{ post_purchase_gate.add_days(-1 * longest, post_purchase_gate.as_of()) }} as ends_at
    from customers
),

entries as (
    select
        groups.customer_id,
        groups.action,
        min(case when orders.ordered_at < groups.starts_at then groups.starts_at else orders.ordered_at end) as entered_at
    from groups
    inner join orders
        on groups.customer_id = orders.customer_id
    where
        groups.assignment <> 'assigned'
        and orders.ordered_at > {{ post_purchase_gate.add_days(-1 * var('live_days'), 'groups.starts_at') }}
        and (groups.ends_at is null or orders.ordered_at < groups.ends_at)
    group by groups.customer_id, groups.action
)

select
    groups.customer_id,
    groups.action,
    groups.assignment,
    groups.variant,
    groups.is_control,
    case when groups.assignment = 'assigned' then groups.starts_at else entries.entered_at end as entered_at
from groups
left join entries
    on groups.customer_id = entries.customer_id and groups.action = entries.action
where groups.assignment = 'assigned' or entries.entered_at is not null
