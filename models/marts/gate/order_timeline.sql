-- Everything that was seen of an order up to as_of, one row per event, for a person who walks it. No personal data.
{%- set simple_events = [
    ('orders', 'order_id', 'ordered_at', "'ordered'", 'order_type'),
    ('orders', 'order_id', 'cancelled_at', "'cancelled'", 'null'),
    ('payments', 'payment_id', 'occurred_at', "'payment_' || status", 'amount'),
    ('fulfillments', 'fulfillment_id', 'shipped_at', "'shipped'", 'carrier'),
    ('fulfillments', 'fulfillment_id', 'delivered_at', "'delivered'", 'carrier'),
    ('fulfillments', 'fulfillment_id', 'cancelled_at', "'fulfillment_cancelled'", 'carrier'),
    ('refunds', 'refund_id', 'requested_at', "'refund_requested'", 'reason'),
    ('refunds', 'refund_id', 'refunded_at', "'refunded'", 'amount'),
    ('refunds', 'refund_id', 'rejected_at', "'refund_rejected'", 'reason'),
    ('site_events', 'event_id', 'occurred_at', 'event_type', 'sku'),
    ('messages', 'message_id', 'sent_at', "'message_' || action", 'channel'),
    ('reviews', 'review_id', 'submitted_at', "'review_submitted'", 'sku'),
] %}
with

events as (
    {%- for table, id, occurred_at, event, detail in simple_events %}
    select
        order_id,
        {{ occurred_at }} as occurred_at,
        {{ event }} as event,
        cast({{ detail }} as {{ dbt.type_string() }}) as detail,
        '{{ table }}' as source_table,
        {{ id }} as source_id
    from {{ ref('stg_' ~ table) }}
    union all
    {%- endfor %}
    select
        fulfillments.order_id,
        events.occurred_at,
        'carrier_' || events.event_type as event,
        cast(null as {{ dbt.type_string() }}) as detail,
        'fulfillment_events' as source_table,
        events.event_id as source_id
    from {{ ref('stg_fulfillment_events') }} as events
    inner join {{ ref('stg_fulfillments') }} as fulfillments
        on events.fulfillment_id = fulfillments.fulfillment_id
    union all
    select
        points.order_id,
        timeline.occurred_at,
        'ticket_' || timeline.status as event,
        tickets.topic as detail,
        'tickets' as source_table,
        tickets.ticket_id as source_id
    from {{ ref('int_point_tickets') }} as tickets
    inner join {{ ref('int_points') }} as points
        on tickets.point_id = points.point_id and points.is_live
    inner join {{ ref('int_ticket_timeline') }} as timeline
        on tickets.ticket_id = timeline.ticket_id
    group by points.order_id, timeline.occurred_at, timeline.status, tickets.topic, tickets.ticket_id
    union all
    select
        messages.order_id,
        events.occurred_at,
        'message_' || events.event_type as event,
        messages.action as detail,
        'message_events' as source_table,
        events.event_id as source_id
    from {{ ref('stg_message_events') }} as events
    inner join {{ ref('int_messages') }} as messages
        on events.message_id = messages.message_id
)

select
    cast(order_id as {{ dbt.type_string() }}) as order_id,
    cast(occurred_at as {{ dbt.type_timestamp() }}) as occurred_at,
    cast(event as {{ dbt.type_string() }}) as event,
    cast(detail as {{ dbt.type_string() }}) as detail,
    cast(source_table as {{ dbt.type_string() }}) as source_table,
    cast(source_id as {{ dbt.type_string() }}) as source_id
from events
where order_id is not null and occurred_at <= {{ post_purchase_gate.as_of() }}
