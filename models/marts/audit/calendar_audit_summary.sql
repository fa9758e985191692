{{ config(enabled=post_purchase_gate.decides(['calendar', 'due'])) }}
{%- set answers = ['send_then', 'send_later', 'send_earlier', 'support', 'never', 'not_due_yet'] %}
with

totals as (
    select
        sequence,
        step,
        count(*) as orders
    from {{ ref('calendar_audit') }}
    group by sequence, step
),

counted as (
    select
        sequence,
        step,
        action,
        day,
        problem,
        count(*) as orders,
        sum(case when is_premature then 1 else 0 end) as premature,
        {%- for answer in answers %}
        sum(case when gate_does = '{{ answer }}' then 1 else 0 end) as {{ answer }},
        {%- endfor %}
        {{ post_purchase_gate.quantile('days_later', 0.5) }} as median_days_later
    from {{ ref('calendar_audit') }}
    group by sequence, step, action, day, problem
)

select
    counted.sequence,
    counted.step,
    counted.action,
    counted.day,
    counted.problem,
    cast(totals.orders as bigint) as orders_of_step,
    cast(counted.orders as bigint) as orders,
    cast(counted.premature as bigint) as premature_sends,
    cast(cast(counted.orders as decimal(18, 4)) / nullif(totals.orders, 0) as decimal(18, 6)) as share,
    cast({{ post_purchase_gate.wilson_lower('counted.orders', 'totals.orders') }} as decimal(18, 6)) as share_lower,
    cast({{ post_purchase_gate.wilson_upper('counted.orders', 'totals.orders') }} as decimal(18, 6)) as share_upper,
    {%- for answer in answers %}
    cast(counted.{{ answer }} as bigint) as gate_{{ 'holds_for_good' if answer == 'never' else 'routes_to_support' if answer == 'support' else 'waits_for_delivery' if answer == 'not_due_yet' else 'sends_' ~ answer[5:] }},
    {%- endfor %}
    cast(counted.median_days_later as decimal(18, 4)) as median_days_later
from counted
inner join totals
    on counted.sequence = totals.sequence and counted.step = totals.step
