-- How much of a year's revenue followed a message of an action within each horizon. An order meets the last message of each action before it: one
-- running maximum over messages and orders of a person and action. Action * is any commercial action of the catalogue.
with

commercial as (
    select
        messages.person_id,
        messages.action,
        messages.message_id,
        messages.sent_at
    from {{ ref('int_message_outcomes') }} as messages
    inner join {{ ref('actions') }} as actions
        on messages.action = actions.action
    where messages.person_id is not null and actions.action_class = 'commercial'
),

messages as (
    select
        person_id,
        action,
        message_id,
        sent_at
    from commercial
    union all
    select
        person_id,
        '*' as action,
        message_id,
        sent_at
    from commercial
),

addressed as (
    select
        person_id,
        action
    from messages
    group by person_id, action
),

-- by own accord and of known revenue, as everywhere
orders as (
    select
        person_id,
        order_id,
        ordered_at,
        revenue
    from {{ ref('int_kept_order_values') }}
    where
        not is_renewal
        and revenue is not null
        and ordered_at > {{ post_purchase_gate.add_days(-365, post_purchase_gate.as_of()) }}
),

shop as (
    select
        count(*) as orders,
        coalesce(sum(revenue), 0) as revenue
    from orders
),

moments as (
    select
        person_id,
        action,
        'message' as event,
        message_id as event_id,
        sent_at as occurred_at,
        cast(null as decimal(18, 4)) as revenue
    from messages
    union all
    select
        orders.person_id,
        addressed.action,
        'order' as event,
        orders.order_id as event_id,
        orders.ordered_at as occurred_at,
        orders.revenue
    from orders
    inner join addressed
        on orders.person_id = addressed.person_id
),

met as (
    select
        action,
        event,
        occurred_at,
        revenue,
        -- a message at the instant of the order did not come before it
        max(case when event = 'message' then occurred_at end) over (
            partition by person_id, action
            order by occurred_at asc, case when event = 'order' then 0 else 1 end asc, event_id asc
            rows between unbounded preceding and current row
        ) as last_sent_at
    from moments
)

{% for horizon in post_purchase_gate.list_var('watch_horizons_days') -%}
select
    met.action,
    {{ horizon }} as horizon_days,
    max(shop.orders) as orders,
    max(shop.revenue) as revenue,
    sum(case when met.occurred_at <= {{ post_purchase_gate.add_days(horizon, 'met.last_sent_at') }} then 1 else 0 end) as orders_followed,
    coalesce(sum(case when met.occurred_at <= {{ post_purchase_gate.add_days(horizon, 'met.last_sent_at') }} then met.revenue end), 0) as revenue_followed
from met
cross join shop
where met.event = 'order'
group by met.action
{{ 'union all' if not loop.last }}
{% endfor %}
