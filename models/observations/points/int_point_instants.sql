{{ config(materialized='view') }}
{#-
    Which line is decided on, and when. Live: every line of an order that is young, was shipped or delivered lately, is not used up or has an open
    report, at as_of. Message: every line that a past message
    was about, at the moment it went out. Calendar: every line, at the instants at which a day-count sequence would have sent. Due: every
    line, at the instants at which what the sequences send became due, so that an audit can say when the gate would have sent instead.
-#}
{%- set origins = post_purchase_gate.list_var('point_origins') -%}
{%- set string = dbt.type_string() -%}
{%- set as_of = post_purchase_gate.as_of() -%}
{%- set step_at = post_purchase_gate.add_days('cast(steps.day as integer)', 'lines.ordered_at') %}
with

lines as (
    select * from {{ ref('int_order_lines') }}
)

{%- if 'live' in origins %}
select
    {{ dbt.concat(["'live:'", "lines.order_line_id"]) }} as point_id,
    'live' as origin,
    {{ as_of }} as point_at,
    cast(null as {{ string }}) as message_id,
    cast(null as {{ string }}) as audited_action,
    '{{ var("default_channel") }}' as channel,
    cast(null as {{ string }}) as audited_sku,
    cast(null as {{ string }}) as audited_incentive_id,
    cast(null as {{ string }}) as calendar_sequence,
    cast(null as {{ string }}) as calendar_step,
    lines.*  -- noqa: AM04
from lines
inner join {{ ref('int_live_orders') }} as live_orders
    on lines.order_id = live_orders.order_id
where lines.known_from <= {{ as_of }}
{{ 'union all' if origins | length > 1 }}
{%- endif %}
{%- if 'message' in origins %}
select
    {{ dbt.concat(["'message:'", "messages.message_id", "':'", "lines.order_line_id"]) }} as point_id,
    'message' as origin,
    messages.sent_at as point_at,
    messages.message_id,
    messages.action as audited_action,
    messages.channel,
    messages.recommended_sku as audited_sku,
    messages.incentive_id as audited_incentive_id,
    cast(null as {{ string }}) as calendar_sequence,
    cast(null as {{ string }}) as calendar_step,
    lines.*  -- noqa: AM04
from {{ ref('int_messages') }} as messages
inner join lines
    on
        messages.order_id = lines.order_id
        and (messages.order_line_id is null or messages.order_line_id = lines.order_line_id)
where
    messages.sent_at <= {{ as_of }}
    and lines.ordered_at <= messages.sent_at
    -- a message that names a line speaks of it, whatever else does not yet
    and (messages.order_line_id is not null or lines.known_from <= messages.sent_at)
    and {{ post_purchase_gate.since_audit_from('messages.sent_at') }}
{{ 'union all' if 'calendar' in origins or 'due' in origins }}
{%- endif %}
{%- if 'calendar' in origins %}
select
    {{ dbt.concat(["'calendar:'", "steps.sequence", "':'", "steps.step", "':'", "lines.order_line_id"]) }} as point_id,
    'calendar' as origin,
    {{ step_at }} as point_at,
    cast(null as {{ string }}) as message_id,
    steps.action as audited_action,
    '{{ var("default_channel") }}' as channel,
    cast(null as {{ string }}) as audited_sku,
    cast(null as {{ string }}) as audited_incentive_id,
    steps.sequence as calendar_sequence,
    steps.step as calendar_step,
    lines.*  -- noqa: AM04
from lines
cross join {{ ref('calendar_steps') }} as steps
where
    {{ step_at }} <= {{ as_of }}
    and lines.known_from <= {{ step_at }}
    and {{ post_purchase_gate.since_audit_from('lines.ordered_at') }}
{{ 'union all' if 'due' in origins }}
{%- endif %}
{%- if 'due' in origins %}
select
    {{ dbt.concat(["'due:'", "dues.action", "':'", "lines.order_line_id"]) }} as point_id,
    'due' as origin,
    dues.due_at as point_at,
    cast(null as {{ string }}) as message_id,
    dues.action as audited_action,
    '{{ var("default_channel") }}' as channel,
    cast(null as {{ string }}) as audited_sku,
    cast(null as {{ string }}) as audited_incentive_id,
    cast(null as {{ string }}) as calendar_sequence,
    cast(null as {{ string }}) as calendar_step,
    lines.*  -- noqa: AM04
from {{ ref('int_line_dues') }} as dues
inner join lines
    on dues.order_line_id = lines.order_line_id
where dues.due_at <= {{ as_of }} and lines.known_from <= dues.due_at
{%- endif %}
