-- What an account's address on a channel permits now, for the store of the order: consent by the one rule, and whether messages reach it. Only the
-- channels that an action lists. What a feed or a refused row leaves open on one line of the person is open for every channel.
with

channels as (
    select
        channel,
        {{ post_purchase_gate.address_kind('channel') }} as kind
    from {{ ref('int_action_channels') }}
    group by channel
),

accounts as (
    select
        points.customer_id,
        points.person_id,
        points.country,
        orders.store_id,
        max(points.point_at) as point_at,
        max({{ post_purchase_gate.unread(['consents']) }}) as unread_consents,
        max(coalesce(
            {{ post_purchase_gate.unread(['message_events']) }},
            case when points.unread_suppressions in ('refused_row', 'degraded') then points.unread_suppressions end
        )) as unread_events
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_orders') }} as orders
        on points.order_id = orders.order_id
    where points.is_live
    group by points.customer_id, points.person_id, points.country, orders.store_id
),

addressed as (
    select
        accounts.*,
        channels.channel,
        addresses.permission_key,
        addresses.has_address
    from accounts
    cross join channels
    inner join {{ ref('int_permission_addresses') }} as addresses
        on accounts.customer_id = addresses.customer_id and channels.kind = addresses.kind
),

words as (
    select
        addressed.customer_id,
        addressed.store_id,
        addressed.channel,
        consents.status,
        consents.basis,
        consents.occurred_at,
        consents.source_table,
        consents.source_id
    from addressed
    inner join {{ ref('int_consent_changes') }} as consents
        on
            addressed.permission_key = consents.permission_key
            and addressed.channel = consents.channel
            and consents.occurred_at <= addressed.point_at
    where {{ post_purchase_gate.is_said_of_store('consents', 'addressed.store_id') }}
),

ledger as (
    {{ post_purchase_gate.last_consent_words('words', ['customer_id', 'store_id', 'channel']) }}
),

purchases as (
    {{ post_purchase_gate.last_purchases() }}
),

states as (
    select
        addressed.customer_id,
        addressed.store_id,
        addressed.channel,
        states.address_state,
        row_number() over (
            partition by addressed.customer_id, addressed.store_id, addressed.channel
            order by
                case states.address_state
                    when 'complained' then 1 when 'suppressed' then 2 when 'dropped' then 3 when 'hard_bounced' then 4 else 5
                end asc,
                states.from_at asc nulls first,
                states.source_id asc
        ) as position
    from addressed
    inner join {{ ref('int_address_states') }} as states
        on
            addressed.permission_key = states.permission_key
            and addressed.channel = states.channel
            and (states.from_at is null or states.from_at <= addressed.point_at)
            and states.until_at > addressed.point_at
),

facts as (
    select
        addressed.customer_id,
        addressed.person_id,
        addressed.store_id,
        addressed.channel,
        addressed.permission_key,
        addressed.has_address,
        addressed.point_at,
        addressed.unread_consents,
        addressed.unread_events,
        states.address_state,
        ledger.status as ledger_status,
        ledger.basis as ledger_basis,
        purchases.last_purchase_at,
        {{ post_purchase_gate.consent_rule_says('allows_implied_consent') }} as allows_implied_consent,
        {{ post_purchase_gate.consent_rule_says('needs_express_consent') }} as needs_express_consent,
        {{ post_purchase_gate.add_days('cast(' ~ post_purchase_gate.implied_days() ~ ' as integer)', 'purchases.last_purchase_at') }} as implied_until
    from addressed
    left join ledger
        on
            addressed.customer_id = ledger.customer_id
            and coalesce(addressed.store_id, '') = coalesce(ledger.store_id, '')
            and addressed.channel = ledger.channel
    left join states
        on
            addressed.customer_id = states.customer_id
            and coalesce(addressed.store_id, '') = coalesce(states.store_id, '')
            and addressed.channel = states.channel
            and states.position = 1
    left join purchases
        on addressed.person_id = purchases.person_id
    {{ post_purchase_gate.join_consent_rules('addressed') }}
),

judged as (
    select
        *,
        case
            -- which offers a soft opt-in covers is asked of the default channel alone
            when channel <> '{{ var("default_channel") }}' and ledger_status = 'subscribed' and ledger_basis = 'soft_opt_in'
                then 'unknown:not_express'
            else {{ post_purchase_gate.consent_answer('point_at') }}
        end as consent,
        case
            when address_state <> 'unknown' then 'problem:' || address_state
            when not has_address then 'problem:no_address'
            when unread_events is not null then 'unknown:' || unread_events
            when address_state = 'unknown' then 'unknown:unmapped_event'
            else 'ok'
        end as deliverability
    from facts
)

select
    customer_id,
    store_id,
    channel,
    permission_key,
    {{ post_purchase_gate.split_part() }}(consent, ':', 1) as consent_state,
    nullif({{ post_purchase_gate.split_part() }}(consent, ':', 2), '') as consent_detail,
    {{ post_purchase_gate.split_part() }}(deliverability, ':', 1) as deliverability_state,
    nullif({{ post_purchase_gate.split_part() }}(deliverability, ':', 2), '') as deliverability_detail
from judged
