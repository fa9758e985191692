{{ config(enabled=post_purchase_gate.decides(['message'])) }}
{%- set horizons = post_purchase_gate.audit_horizons() -%}
{%- set outcomes = post_purchase_gate.audit_outcomes() %}
with

-- up to when a feed's silence is an answer; null where it is not connected
reach as (
    select
        {%- for feed in outcomes | map(attribute='feed') | unique %}
        max(case when feed = '{{ feed }}' and is_connected then loaded_through end) as {{ feed }}_through,
        {%- endfor %}
        count(*) as feeds
    from {{ ref('int_feed_status') }}
),

sends as (
    select
        verdicts.audited_id as message_id,
        verdicts.verdict,
        cast(null as {{ dbt.type_string() }}) as not_judged_reason,
        verdicts.lines,
        verdicts.lines_to_send,
        verdicts.lines_to_pause,
        verdicts.lines_to_support
    from {{ ref('int_audit_verdicts') }} as verdicts
    where verdicts.origin = 'message'
    union all
    select
        message_id,
        cast(null as {{ dbt.type_string() }}) as verdict,
        not_judged_reason,
        0 as lines,
        0 as lines_to_send,
        0 as lines_to_pause,
        0 as lines_to_support
    from {{ ref('int_unjudged_messages') }}
)

select
    -- ids
    cast(sends.message_id as {{ dbt.type_string() }}) as message_id,
    messages.customer_id,
    messages.order_id,
    messages.order_line_id,
    messages.recommended_sku,
    messages.incentive_id,
    -- text
    messages.action,
    messages.channel,
    messages.flow,
    messages.step,
    messages.variant,
    cast(sends.verdict as {{ dbt.type_string() }}) as verdict,
    cast(sends.not_judged_reason as {{ dbt.type_string() }}) as not_judged_reason,
    cast({{ post_purchase_gate.split_part() }}(findings.reason_codes, ',', 1) as {{ dbt.type_string() }}) as primary_reason,
    cast(case when sends.verdict is not null then coalesce(findings.reason_codes, '') end as {{ dbt.type_string() }}) as reason_codes,
    cast(case when sends.verdict is not null then coalesce(findings.problem, 'none') end as {{ dbt.type_string() }}) as problem,
    cast(case when sends.verdict is not null then coalesce(findings.problems, '') end as {{ dbt.type_string() }}) as problems,
    cast(case
        when messages.order_id is null then null
        when arrivals.delivered_at <= messages.sent_at then 'delivered'
        when arrivals.promised_at < messages.sent_at then 'overdue'
        when arrivals.first_shipped_at <= messages.sent_at then 'under_way'
        else 'not_shipped'
    end as {{ dbt.type_string() }}) as delivery_at_send,
    cast(case when messages.order_id is not null then coalesce(arrivals.punctuality, 'no_parcel') end as {{ dbt.type_string() }}) as punctuality,
    cast(case when messages.order_id is not null then coalesce(arrivals.lateness_band, 'no parcel') end as {{ dbt.type_string() }}) as lateness_band,
    -- numbers
    cast(sends.lines as integer) as lines,
    cast(sends.lines_to_send as integer) as lines_to_send,
    cast(sends.lines_to_pause as integer) as lines_to_pause,
    cast(sends.lines_to_support as integer) as lines_to_support,
    cast(arrivals.days_late as integer) as days_late,
    cast(messages.review_rating as integer) as review_rating,
    -- booleans
    sends.verdict = 'send' and sends.lines_to_send < sends.lines as is_partly_held,
    {%- for problem in post_purchase_gate.audit_problems() %}
    case when sends.verdict is not null then coalesce(findings.has_{{ problem }}, false) end as has_{{ problem }},
    {%- endfor %}
    cast(messages.sent_at as date) < cast(arrivals.delivered_at as date) as is_sent_before_delivery,
    {%- for days in horizons %}
    coalesce({{ post_purchase_gate.add_days(days, 'messages.sent_at') }} <= {{ post_purchase_gate.as_of() }}, false) as is_mature_{{ days }}_days,
    {%- endfor %}
    {%- for followed in outcomes %}
    {%- for days in horizons %}
    case
        when {{ post_purchase_gate.add_days(days, 'messages.sent_at') }} <= reach.{{ followed.feed }}_through
            then coalesce(messages.{{ followed.at }} <= {{ post_purchase_gate.add_days(days, 'messages.sent_at') }}, false)
    end as {{ followed.outcome }}_in_{{ days }}_days,
    {%- endfor %}
    {%- endfor %}
    -- timestamps
    {%- for followed in outcomes %}
    messages.{{ followed.at }},
    {%- endfor %}
    arrivals.promised_at as order_promised_at,
    arrivals.delivered_at as order_delivered_at,
    messages.sent_at
-- the widest is read, not joined to: what is joined to is held in memory, tens of millions of rows of it
from {{ ref('int_message_outcomes') }} as messages
inner join sends
    on messages.message_id = sends.message_id
cross join reach
left join {{ ref('int_audit_findings') }} as findings
    on messages.message_id = findings.audited_id and findings.origin = 'message'
left join {{ ref('int_order_arrivals') }} as arrivals
    on messages.order_id = arrivals.order_id
