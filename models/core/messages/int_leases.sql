-- Who was told yes, and until when that counts as a message: until the message is seen, or until the lease has ended and the messages have been
-- read through its end. What nobody has read yet may have gone out.
with

leases as (
    select
        leases.*,
        persons.person_id,
        orders.root_order_id,
        actions.action_class
    from {{ ref('stg_leases') }} as leases
    inner join {{ ref('int_persons') }} as persons
        on leases.customer_id = persons.customer_id
    left join {{ ref('int_orders') }} as orders
        on leases.order_id = orders.order_id
    left join {{ ref('actions') }} as actions
        on leases.action = actions.action
),

seen as (
    select
        leases.lease_id,
        messages.message_id,
        messages.sent_at as seen_at,
        row_number() over (partition by leases.lease_id order by messages.sent_at, messages.message_id) as position
    from leases
    inner join {{ ref('int_messages') }} as messages
        on
            leases.person_id = messages.person_id
            and leases.action = messages.action
            and leases.channel = messages.channel
            and leases.leased_at <= messages.sent_at
            and leases.ends_at >= messages.sent_at
),

feed as (
    select
        max(loaded_through) as loaded_through,
        max(case when is_not_kept then 1 else 0 end) as is_not_kept
    from {{ ref('int_feed_status') }}
    where feed = 'messages'
)

select
    leases.lease_id,
    leases.customer_id,
    leases.person_id,
    leases.order_id,
    leases.root_order_id,
    leases.order_line_id,
    leases.action,
    leases.channel,
    leases.action_class is not null as is_action,
    {{ post_purchase_gate.is_commercial('leases.action_class') }} as is_commercial,
    leases.leased_at,
    leases.ends_at,
    seen.message_id as seen_message_id,
    seen.seen_at,
    case
        when seen.seen_at is not null then seen.seen_at
        when feed.is_not_kept = 1 or feed.loaded_through >= leases.ends_at then leases.ends_at
    end as counts_until
from leases
cross join feed
left join seen
    on leases.lease_id = seen.lease_id and seen.position = 1
