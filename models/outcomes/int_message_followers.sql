{{ config(materialized='view') }}
-- What the person did next, and what happened to the order next, after each message. One running minimum over messages and events together:
-- a join of a person's messages with events would grow with their product. A message about an order that the clocks put before it is followed by
-- what came after that order: the order itself is no second purchase.
with

messages as (
    select
        messages.message_id,
        messages.person_id,
        messages.root_order_id,
        {{ post_purchase_gate.greatest() }}(messages.sent_at, coalesce(orders.ordered_at, messages.sent_at)) as sent_at
    from {{ ref('int_messages') }} as messages
    left join {{ ref('int_orders') }} as orders
        on messages.root_order_id = orders.order_id
    where messages.sent_at <= {{ post_purchase_gate.as_of() }}
),

person_moments as (
    select
        person_id as party_id,
        'message' as event,
        message_id as event_id,
        sent_at as occurred_at,
        root_order_id
    from messages
    union all
    select
        party_id,
        event,
        event_id,
        occurred_at,
        cast(null as {{ dbt.type_string() }}) as root_order_id
    from {{ ref('int_outcome_events') }}
    where party = 'person'
),

after_person as (
    select
        {%- for outcome in ['purchase', 'renewal', 'ticket', 'refund_request'] %}
        {{ post_purchase_gate.next_event(outcome, 'party_id') }} as next_{{ outcome }}_at,
        {%- endfor %}
        event,
        event_id,
        occurred_at,
        root_order_id
    from person_moments
),

order_moments as (
    select
        root_order_id as party_id,
        'message' as event,
        event_id,
        occurred_at,
        next_purchase_at,
        next_renewal_at,
        next_ticket_at,
        next_refund_request_at
    from after_person
    where event = 'message'
    union all
    select
        party_id,
        event,
        event_id,
        occurred_at,
        cast(null as {{ dbt.type_timestamp() }}) as next_purchase_at,
        cast(null as {{ dbt.type_timestamp() }}) as next_renewal_at,
        cast(null as {{ dbt.type_timestamp() }}) as next_ticket_at,
        cast(null as {{ dbt.type_timestamp() }}) as next_refund_request_at
    from {{ ref('int_outcome_events') }}
    where party = 'order'
),

after_order as (
    select
        {%- for outcome in ['refund_request', 'review'] %}
        {{ post_purchase_gate.next_event(outcome, 'party_id, case when party_id is null then event_id end') }} as next_order_{{ outcome }}_at,
        {%- endfor %}
        order_moments.*
    from order_moments
)

select
    event_id as message_id,
    party_id as root_order_id,
    next_purchase_at as second_purchase_at,
    next_renewal_at as renewal_at,
    next_ticket_at as ticket_opened_at,
    -- a message about no order is held against any order of the person
    case when party_id is null then next_refund_request_at else next_order_refund_request_at end as refund_requested_at,
    next_order_review_at as reviewed_at
from after_order
where event = 'message'
