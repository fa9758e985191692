-- Each opt-out of an address from a channel, until it subscribes again, and the last marketing message that still went out to it.
with

changes as (
    select
        permission_key,
        channel,
        status,
        occurred_at
    from {{ ref('int_consent_changes') }}
    where status in ('subscribed', 'unsubscribed') and occurred_at <= {{ post_purchase_gate.as_of() }}
),

ordered as (
    select
        *,
        lag(status) over (
            partition by permission_key, channel order by occurred_at, case when status = 'unsubscribed' then 1 else 0 end
        ) as previous_status,
        min(case when status = 'subscribed' then occurred_at end) over (
            partition by permission_key, channel
            order by occurred_at desc, case when status = 'unsubscribed' then 0 else 1 end
            rows between unbounded preceding and current row
        ) as subscribed_again_at
    from changes
),

-- the first word of an unbroken opt-out counts: saying it again does not restart the clock
opt_outs as (
    select
        permission_key,
        channel,
        occurred_at as opted_out_at,
        coalesce(subscribed_again_at, {{ post_purchase_gate.end_of_time() }}) as until_at
    from ordered
    where status = 'unsubscribed' and coalesce(previous_status, 'subscribed') <> 'unsubscribed'
),

marketing as (
    select
        messages.permission_key,
        messages.channel,
        messages.sent_at
    from {{ ref('int_messages') }} as messages
    left join {{ ref('actions') }} as actions
        on messages.action = actions.action
    where {{ post_purchase_gate.is_commercial('actions.action_class') }} and messages.sent_at <= {{ post_purchase_gate.as_of() }}
)

select
    opt_outs.permission_key,
    opt_outs.channel,
    opt_outs.opted_out_at,
    count(marketing.sent_at) as messages_after,
    max(marketing.sent_at) as last_message_at
from opt_outs
left join marketing
    on
        opt_outs.permission_key = marketing.permission_key
        and opt_outs.channel = marketing.channel
        and opt_outs.opted_out_at < marketing.sent_at
        and opt_outs.until_at > marketing.sent_at
group by opt_outs.permission_key, opt_outs.channel, opt_outs.opted_out_at
