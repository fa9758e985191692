-- Every message that any tool sent, to whom, as which action, and whether it arrived. Of a flow whose messages do not say which action they are,
-- the flow map may; until it does, nobody knows what was written. A message that bounced or was dropped was not sent, unless it has been
-- delivered since.
with

messages as (
    select
        messages.*,
        coalesce(actions.action, flow_map.action, messages.action) as counts_as_action
    from {{ ref('stg_messages') }} as messages
    left join {{ ref('actions') }} as actions
        on messages.action = actions.action
    left join {{ ref('flow_map') }} as flow_map
        on messages.flow = flow_map.flow and messages.action <> 'newsletter'
),

failures as (
    select
        message_id,
        min(occurred_at) as failed_at
    from {{ ref('stg_message_events') }}
    where event_type in ('soft_bounced', 'hard_bounced', 'dropped')
    group by message_id
),

arrivals as (
    select
        failures.message_id,
        failures.failed_at,
        min(events.occurred_at) as arrived_at
    from failures
    left join {{ ref('stg_message_events') }} as events
        on
            failures.message_id = events.message_id
            and failures.failed_at < events.occurred_at
            and events.event_type in ('delivered', 'opened', 'clicked')
    group by failures.message_id, failures.failed_at
),

-- a message of no account that is there is known by where it went, unless several persons have that address
addressed as (
    select
        message_id,
        {{ post_purchase_gate.address_kind('channel') }} as kind,
        case
            when {{ post_purchase_gate.address_kind('channel') }} = 'email' then {{ post_purchase_gate.email_or_null('address') }}
            else coalesce(
                {{ post_purchase_gate.international_digits('address') }},
                {{ post_purchase_gate.last_nine_digits(post_purchase_gate.digits_only('address')) }}
            )
        end as address
    from messages
    where customer_id is null and order_id is null and address is not null
),

found as (
    select
        addressed.message_id,
        min(addresses.person_id) as person_id,
        min(addresses.customer_id) as customer_id
    from addressed
    inner join {{ ref('int_addresses') }} as addresses
        on {{ post_purchase_gate.address_key('addressed.kind', 'addressed.address') }} = addresses.address_key
    group by addressed.message_id
    having min(addresses.person_id) = max(addresses.person_id)
)

select
    -- ids
    messages.message_id,
    coalesce(messages.customer_id, orders.customer_id, found.customer_id) as customer_id,
    coalesce(persons.person_id, orders.person_id, found.person_id) as person_id,
    messages.order_id,
    orders.root_order_id,
    messages.order_line_id,
    messages.fulfillment_id,
    messages.dangling_order_id,
    messages.recommended_sku,
    messages.incentive_id,
    -- text
    messages.counts_as_action as action,
    messages.channel,
    messages.address,
    messages.flow,
    messages.step,
    messages.variant,
    -- booleans
    actions.action is not null as is_action,
    {{ post_purchase_gate.is_commercial('actions.action_class') }} as is_commercial,
    actions.action is null and coalesce(messages.counts_as_action, 'other') <> 'newsletter' as is_unmapped,
    -- timestamps
    messages.sent_at,
    arrivals.failed_at,
    arrivals.arrived_at
from messages
left join {{ ref('actions') }} as actions
    on messages.counts_as_action = actions.action
left join {{ ref('int_persons') }} as persons
    on messages.customer_id = persons.customer_id
left join {{ ref('int_orders') }} as orders
    on messages.order_id = orders.order_id
left join found
    on messages.message_id = found.message_id
left join arrivals
    on messages.message_id = arrivals.message_id
