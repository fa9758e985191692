-- What recipients bought within each horizon. Messages meet orders by person and period, not by person alone: the work stays in proportion
-- to the messages that a purchase followed, whatever a person has bought in ten years.
{%- set longest = post_purchase_gate.list_var('watch_horizons_days') | max %}
with

messages as (
    select
        person_id,
        order_id,
        sent_at,
        {{ post_purchase_gate.watch_cell() }},
        {{ post_purchase_gate.period_number('sent_at', longest + 1) }} as period
    from {{ ref('int_message_outcomes') }}
    where second_purchase_at <= {{ post_purchase_gate.add_days(longest, 'sent_at') }}
),

order_periods as (
    {%- for periods_back in [0, 1] %}
    select
        person_id,
        order_id,
        ordered_at,
        revenue,
        contribution_profit,
        {{ post_purchase_gate.period_number('ordered_at', longest + 1) }} - {{ periods_back }} as period
    from {{ ref('int_kept_order_values') }}
    where not is_renewal
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

followed as (
    select
        messages.*,
        order_periods.ordered_at,
        order_periods.revenue,
        order_periods.contribution_profit
    from messages
    inner join order_periods
        on
            messages.person_id = order_periods.person_id
            and messages.period = order_periods.period
            -- the order that a message is about is no purchase after it, whatever their clocks say
            and coalesce(messages.order_id, '') <> order_periods.order_id
    where
        order_periods.ordered_at > messages.sent_at
        and order_periods.ordered_at <= {{ post_purchase_gate.add_days(longest, 'messages.sent_at') }}
)

{% for horizon in post_purchase_gate.list_var('watch_horizons_days') -%}
select
    followed.action,
    followed.flow,
    followed.variant,
    followed.sent_week,
    {{ horizon }} as horizon_days,
    count(*) as purchases,
    count(followed.revenue) as revenue_purchases,
    coalesce(sum(followed.revenue), 0) as revenue,
    count(followed.contribution_profit) as profit_purchases,
    coalesce(sum(followed.contribution_profit), 0) as contribution_profit
from followed
cross join {{ ref('int_outcome_reach') }} as reach
where
    followed.ordered_at <= {{ post_purchase_gate.add_days(horizon, 'followed.sent_at') }}
    and {{ post_purchase_gate.is_watched('followed.sent_at', horizon, 'reach.orders_through') }}
group by followed.action, followed.flow, followed.variant, followed.sent_week
{{ 'union all' if not loop.last }}
{% endfor %}
