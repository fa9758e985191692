-- The first message that went out under each logged decision: sent while that entry was the last word on its line and action. A message without a
-- line is about every line of its order's story, one without an order about every line that its person had ordered before.
with

messages as (
    select
        messages.message_id,
        messages.person_id,
        messages.order_line_id,
        messages.action,
        messages.sent_at,
        coalesce(orders.root_order_id, messages.order_id) as root_order_id
    from {{ ref('int_messages') }} as messages
    inner join {{ ref('actions') }} as actions
        on messages.action = actions.action
    left join {{ ref('int_orders') }} as orders
        on messages.order_id = orders.order_id
    where messages.sent_at <= {{ post_purchase_gate.as_of() }}
),

told_lines as (
    select
        message_id,
        order_line_id,
        action,
        sent_at
    from messages
    where order_line_id is not null
    union all
    select
        messages.message_id,
        lines.order_line_id,
        messages.action,
        messages.sent_at
    from messages
    inner join {{ ref('int_order_lines') }} as lines
        on messages.root_order_id = lines.root_order_id
    where messages.order_line_id is null
    union all
    select
        messages.message_id,
        lines.order_line_id,
        messages.action,
        messages.sent_at
    from messages
    inner join {{ ref('int_order_lines') }} as lines
        on messages.person_id = lines.person_id and lines.ordered_at < messages.sent_at
    where messages.order_line_id is null and messages.root_order_id is null
),

in_force as (
    select
        changes.log_id,
        told_lines.message_id,
        told_lines.sent_at,
        row_number() over (
            partition by told_lines.message_id, changes.order_line_id, changes.action order by changes.entry_number desc
        ) as recency
    from told_lines
    inner join {{ post_purchase_gate.built(ref('decision_changes')) }} as changes
        on
            told_lines.order_line_id = changes.order_line_id
            and told_lines.action = changes.action
            and told_lines.sent_at >= changes.decided_at
),

numbered as (
    select
        *,
        row_number() over (partition by log_id order by sent_at, message_id) as position,
        count(*) over (partition by log_id) as messages_sent
    from in_force
    where recency = 1
)

select
    log_id,
    message_id,
    sent_at,
    messages_sent
from numbered
where position = 1
