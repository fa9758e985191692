{{ config(enabled=post_purchase_gate.decides(['message'])) }}
{%- set outcomes = post_purchase_gate.audit_outcomes() | map(attribute='outcome') | list %}
-- A send with several problems stands in a row of each: problems do not add up to the sends, but each row's share is of all judged sends
-- of its action, flow and punctuality.
with

sends as (
    select
        message_id,
        action,
        coalesce(flow, 'none') as flow,
        punctuality,
        problem,
        verdict,
        is_partly_held,
        {%- for outcome in outcomes %}
        case when {{ outcome }}_in_30_days then 1 when not {{ outcome }}_in_30_days then 0 end as {{ outcome }},
        {%- endfor %}
        case when reviewed_in_30_days then review_rating end as review_rating
    from {{ post_purchase_gate.built(ref('send_audit')) }}
    where verdict is not null
),

totals as (
    select
        action,
        flow,
        punctuality,
        count(*) as judged
    from sends
    group by action, flow, punctuality
),

found as (
    select
        audited_id as message_id,
        problem
    from {{ ref('int_audit_reasons') }}
    where origin = 'message'
    group by audited_id, problem
    union all
    select
        message_id,
        'none' as problem
    from sends
    where verdict = 'send'
),

counted as (
    select
        sends.action,
        sends.flow,
        sends.punctuality,
        found.problem,
        count(*) as messages,
        sum(case when sends.verdict = 'support' then 1 else 0 end) as messages_to_support,
        sum(case when sends.is_partly_held then 1 else 0 end) as messages_partly_held,
        {%- for outcome in outcomes %}
        count(sends.{{ outcome }}) as {{ outcome }}_known,
        sum(sends.{{ outcome }}) as {{ outcome }},
        {%- endfor %}
        count(sends.review_rating) as ratings,
        avg(cast(sends.review_rating as {{ post_purchase_gate.type_double() }})) as mean_rating
    from sends
    inner join found
        on sends.message_id = found.message_id
    group by sends.action, sends.flow, sends.punctuality, found.problem
)

select
    cast(counted.action as {{ dbt.type_string() }}) as action,
    cast(counted.flow as {{ dbt.type_string() }}) as flow,
    cast(counted.punctuality as {{ dbt.type_string() }}) as punctuality,
    cast(counted.problem as {{ dbt.type_string() }}) as problem,
    cast(totals.judged as bigint) as messages_judged,
    cast(counted.messages as bigint) as messages,
    cast(counted.messages_to_support as bigint) as messages_to_support,
    cast(counted.messages_partly_held as bigint) as messages_partly_held,
    cast(cast(counted.messages as decimal(18, 4)) / nullif(totals.judged, 0) as decimal(18, 6)) as share,
    cast({{ post_purchase_gate.wilson_lower('counted.messages', 'totals.judged') }} as decimal(18, 6)) as share_lower,
    cast({{ post_purchase_gate.wilson_upper('counted.messages', 'totals.judged') }} as decimal(18, 6)) as share_upper,
    {%- for outcome in outcomes %}
    cast(counted.{{ outcome }}_known as bigint) as {{ outcome }}_known_messages,
    cast(coalesce(counted.{{ outcome }}, 0) as bigint) as {{ outcome }}_messages,
    cast(cast(counted.{{ outcome }} as decimal(18, 4)) / nullif(counted.{{ outcome }}_known, 0) as decimal(18, 6)) as {{ outcome }}_rate,
    {%- endfor %}
    cast(counted.ratings as bigint) as ratings,
    cast(counted.mean_rating as decimal(18, 4)) as mean_rating
from counted
inner join totals
    on counted.action = totals.action and counted.flow = totals.flow and counted.punctuality = totals.punctuality
