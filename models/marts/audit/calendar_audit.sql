{{ config(enabled=post_purchase_gate.decides(['calendar', 'due'])) }}
-- What a day-count sequence would have sent for an order, what the gate says of it at that moment, and what the gate does instead and when.
with

instead as (
    select
        order_id,
        action,
        min(due_at) as due_at,
        min(first_send_at) as first_send_at,
        max(case when is_held_by_support then 1 else 0 end) as is_held_by_support,
        min(case when first_send_at is null then reason_codes end) as endless_reason_codes
    from {{ ref('int_first_sends') }}
    group by order_id, action
),

-- the id of int_audit_lines, from what made the points
sequences as (
    select
        {{ dbt.concat(["calendar.sequence", "':'", "calendar.step", "':'", "orders.order_id"]) }} as audited_id,
        orders.order_id,
        orders.customer_id,
        calendar.sequence as calendar_sequence,
        calendar.step as calendar_step,
        calendar.action,
        calendar.day as step_day,
        {{ post_purchase_gate.add_days('cast(calendar.day as integer)', 'orders.ordered_at') }} as sent_at
    from {{ ref('int_orders') }} as orders
    cross join {{ ref('calendar_steps') }} as calendar
),

steps as (
    select
        sequences.*,
        verdicts.verdict,
        verdicts.lines,
        verdicts.lines_to_send,
        instead.due_at,
        instead.first_send_at,
        instead.endless_reason_codes,
        case
            when verdicts.verdict = 'send' then 'send_then'
            when instead.first_send_at is not null and instead.first_send_at > sequences.sent_at then 'send_later'
            when instead.first_send_at is not null then 'send_earlier'
            when verdicts.verdict = 'support' or instead.is_held_by_support = 1 then 'support'
            when instead.due_at is null then 'not_due_yet'
            else 'never'
        end as gate_does
    from {{ ref('int_audit_verdicts') }} as verdicts
    inner join sequences
        on verdicts.audited_id = sequences.audited_id
    left join instead
        on sequences.order_id = instead.order_id and sequences.action = instead.action
    where verdicts.origin = 'calendar'
)

select
    -- ids
    cast(steps.audited_id as {{ dbt.type_string() }}) as calendar_send_id,
    cast(steps.order_id as {{ dbt.type_string() }}) as order_id,
    cast(steps.customer_id as {{ dbt.type_string() }}) as customer_id,
    -- text
    cast(steps.calendar_sequence as {{ dbt.type_string() }}) as sequence,
    cast(steps.calendar_step as {{ dbt.type_string() }}) as step,
    cast(steps.action as {{ dbt.type_string() }}) as action,
    cast(steps.verdict as {{ dbt.type_string() }}) as verdict,
    cast({{ post_purchase_gate.split_part() }}(findings.reason_codes, ',', 1) as {{ dbt.type_string() }}) as primary_reason,
    cast(coalesce(findings.reason_codes, '') as {{ dbt.type_string() }}) as reason_codes,
    cast(coalesce(findings.problem, 'none') as {{ dbt.type_string() }}) as problem,
    cast(coalesce(findings.problems, '') as {{ dbt.type_string() }}) as problems,
    cast(steps.gate_does as {{ dbt.type_string() }}) as gate_does,
    cast(case when steps.gate_does in ('never', 'support') then coalesce(steps.endless_reason_codes, findings.reason_codes) end as {{ dbt.type_string() }})
        as held_by,
    -- numbers
    cast(steps.step_day as integer) as day,
    steps.lines,
    steps.lines_to_send,
    cast(case
        when steps.gate_does = 'send_later' then {{ post_purchase_gate.days_between('steps.sent_at', 'steps.first_send_at') }}
    end as decimal(18, 4)) as days_later,
    -- booleans
    steps.verdict <> 'send' as is_premature,
    -- timestamps
    steps.sent_at as would_send_at,
    cast(case
        when steps.gate_does = 'send_then' then steps.sent_at
        when steps.gate_does in ('send_later', 'send_earlier') then steps.first_send_at
    end as {{ dbt.type_timestamp() }}) as gate_sends_at
from steps
left join {{ ref('int_audit_findings') }} as findings
    on steps.audited_id = findings.audited_id and findings.origin = 'calendar'
