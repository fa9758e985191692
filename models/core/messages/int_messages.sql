-- Every message that any tool sent, to whom, as which action, and whether it arrived. A message that bounced or was dropped was not sent, unless it
-- has been delivered since.
with

messages as (
    select
        messages.*,
        flows.action as counts_as_action,
        flows.is_unmapped
    from {{ ref('stg_messages') }} as messages
    inner join {{ ref('int_flow_actions') }} as flows
        on messages.action = flows.said_action and coalesce(messages.flow, '') = coalesce(flows.flow, '')
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

-- an address that no account has is known by the orders that it was given with
addresses as (
    select
        address_key,
        person_id,
        customer_id
    from {{ ref('int_addresses') }}
    union all
    select
        given.address_key,
        given.person_id,
        given.customer_id
    from {{ ref('int_order_addresses') }} as given
    left join {{ ref('int_addresses') }} as of_accounts
        on given.address_key = of_accounts.address_key
    where of_accounts.address_key is null
),

-- a message of no account that is there is known by where it went, unless several persons have that address
owners as (
    select
        address_key,
        min(person_id) as person_id,
        min(customer_id) as customer_id
    from addresses
    group by address_key
    having min(person_id) = max(person_id)
),

-- joined inwards and by itself: beside the other messages, a shop that writes out no address would compare each of them with every address
unowned as (
    select
        messages.message_id,
        owners.person_id,
        owners.customer_id
    from messages
    inner join {{ ref('int_written_addresses') }} as written
        on coalesce(messages.channel, 'unknown') = written.channel and messages.address = written.address
    inner join owners
        on written.permission_key = owners.address_key
    where messages.customer_id is null and messages.order_id is null
)

select
    -- ids
    messages.message_id,
    coalesce(messages.customer_id, orders.customer_id, unowned.customer_id) as customer_id,
    coalesce(persons.person_id, orders.person_id, unowned.person_id) as person_id,
    messages.order_id,
    orders.root_order_id,
    messages.order_line_id,
    messages.fulfillment_id,
    messages.dangling_order_id,
    coalesce(written.permission_key, accounts.permission_key) as permission_key,
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
    messages.is_unmapped,
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
left join {{ ref('int_written_addresses') }} as written
    on coalesce(messages.channel, 'unknown') = written.channel and messages.address = written.address
left join unowned
    on messages.message_id = unowned.message_id
left join {{ ref('int_permission_addresses') }} as accounts
    on
        coalesce(messages.customer_id, orders.customer_id) = accounts.customer_id
        and {{ post_purchase_gate.address_kind('messages.channel') }} = accounts.kind
left join arrivals
    on messages.message_id = arrivals.message_id
