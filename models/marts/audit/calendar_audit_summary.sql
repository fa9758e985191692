{{ config(enabled=post_purchase_gate.decides(['calendar', 'due'])) }}
{%- set answers = {
    'send_then': 'sends_then', 'send_later': 'sends_later', 'send_earlier': 'sends_earlier', 'support': 'routes_to_support',
    'never': 'holds_for_good', 'not_due_yet': 'waits_for_delivery',
} %}
with

totals as (
    select
        sequence,
        step,
        count(*) as orders
    from {{ post_purchase_gate.built(ref('calendar_audit')) }}
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
        {%- for answer, name in answers.items() %}
        sum(case when gate_does = '{{ answer }}' then 1 else 0 end) as gate_{{ name }},
        {%- endfor %}
        {{ post_purchase_gate.quantile('days_later', 0.5) }} as median_days_later
    from {{ post_purchase_gate.built(ref('calendar_audit')) }}
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
    {%- for name in answers.values() %}
    cast(counted.gate_{{ name }} as bigint) as gate_{{ name }},
    {%- endfor %}
    cast(counted.median_days_later as decimal(18, 4)) as median_days_later
from counted
inner join totals
    on counted.sequence = totals.sequence and counted.step = totals.step
