{{ config(materialized='view') }}
-- Everything that was seen of an order up to as_of, one row per event, for a person who walks it. No personal data.
with

events as (
    select order_id, ordered_at as occurred_at, 'ordered' as event, order_type as detail, 'orders' as source_table, order_id as source_id
    from {{ ref('stg_orders') }}
    union all
    select order_id, cancelled_at, 'cancelled', null, 'orders', order_id
    from {{ ref('stg_orders') }}
    union all
    select order_id, occurred_at, 'payment_' || status, cast(amount as {{ dbt.type_string() }}), 'payments', payment_id
    from {{ ref('stg_payments') }}
    union all
    select order_id, shipped_at, 'shipped', carrier, 'fulfillments', fulfillment_id
    from {{ ref('stg_fulfillments') }}
    union all
    select order_id, delivered_at, 'delivered', carrier, 'fulfillments', fulfillment_id
    from {{ ref('stg_fulfillments') }}
    union all
    select order_id, cancelled_at, 'fulfillment_cancelled', carrier, 'fulfillments', fulfillment_id
    from {{ ref('stg_fulfillments') }}
    union all
    select fulfillments.order_id, events.occurred_at, 'carrier_' || events.event_type, null, 'fulfillment_events', events.event_id
    from {{ ref('stg_fulfillment_events') }} as events
    inner join {{ ref('stg_fulfillments') }} as fulfillments
        on events.fulfillment_id = fulfillments.fulfillment_id
    union all
    select order_id, requested_at, 'refund_requested', reason, 'refunds', refund_id
    from {{ ref('stg_refunds') }}
    union all
    select order_id, refunded_at, 'refunded', cast(amount as {{ dbt.type_string() }}), 'refunds', refund_id
    from {{ ref('stg_refunds') }}
    union all
    select order_id, rejected_at, 'refund_rejected', reason, 'refunds', refund_id
    from {{ ref('stg_refunds') }}
    union all
    select points.order_id, timeline.occurred_at, 'ticket_' || timeline.status, tickets.topic, 'tickets', tickets.ticket_id
    from {{ ref('int_point_tickets') }} as tickets
    inner join {{ ref('int_points') }} as points
        on tickets.point_id = points.point_id and points.is_live
    inner join {{ ref('int_ticket_timeline') }} as timeline
        on tickets.ticket_id = timeline.ticket_id
    group by points.order_id, timeline.occurred_at, timeline.status, tickets.topic, tickets.ticket_id
    union all
    select order_id, occurred_at, event_type, sku, 'site_events', event_id
    from {{ ref('stg_site_events') }}
    union all
    select order_id, sent_at, 'message_' || action, channel, 'messages', message_id
    from {{ ref('stg_messages') }}
    union all
    select messages.order_id, events.occurred_at, 'message_' || events.event_type, messages.action, 'message_events', events.event_id
    from {{ ref('stg_message_events') }} as events
    inner join {{ ref('stg_messages') }} as messages
        on events.message_id = messages.message_id
    union all
    select order_id, submitted_at, 'review_submitted', sku, 'reviews', review_id
    from {{ ref('stg_reviews') }}
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
