{{ config(materialized='view') }}
-- What may be sent for marketing now to an account's address, per channel: judged as the consent check judges a point, for the store of the
-- account's last order.
with

channels as (
    select
        channel,
        {{ post_purchase_gate.address_kind('channel') }} as kind
    from {{ ref('consent_rules') }}
    group by channel
),

last_orders as (
    select
        customer_id,
        store_id,
        row_number() over (partition by customer_id order by ordered_at desc, order_id desc) as recency
    from {{ ref('int_orders') }}
    where ordered_at <= {{ post_purchase_gate.as_of() }}
),

accounts as (
    select
        addresses.customer_id,
        addresses.person_id,
        addresses.permission_key,
        channels.channel,
        persons.country,
        last_orders.store_id
    from {{ ref('int_permission_addresses') }} as addresses
    inner join channels
        on addresses.kind = channels.kind
    inner join {{ ref('int_persons') }} as persons
        on addresses.customer_id = persons.customer_id
    left join last_orders
        on addresses.customer_id = last_orders.customer_id and last_orders.recency = 1
    left join {{ ref('int_account_erasures') }} as erasures
        on
            addresses.customer_id = erasures.customer_id
            and erasures.erased_at <= {{ post_purchase_gate.as_of() }}
            and erasures.until_at > {{ post_purchase_gate.as_of() }}
    where erasures.customer_id is null
),

words as (
    select
        accounts.customer_id,
        accounts.channel,
        consents.status,
        consents.basis,
        consents.occurred_at,
        consents.source_table,
        consents.source_id
    from accounts
    inner join {{ ref('int_consent_changes') }} as consents
        on accounts.permission_key = consents.permission_key and accounts.channel = consents.channel
    where
        consents.occurred_at <= {{ post_purchase_gate.as_of() }}
        and {{ post_purchase_gate.is_said_of_store('consents', 'accounts.store_id') }}
),

ledger as (
    {{ post_purchase_gate.last_consent_words('words', ['customer_id', 'channel']) }}
),

purchases as (
    {{ post_purchase_gate.last_purchases() }}
),

facts as (
    select
        accounts.customer_id,
        accounts.channel,
        accounts.store_id,
        case when feeds.state not in ('fresh', 'not_kept') then 'feed_consents' end as unread_consents,
        ledger.status as ledger_status,
        ledger.basis as ledger_basis,
        purchases.last_purchase_at,
        {{ post_purchase_gate.consent_rule_says('allows_implied_consent') }} as allows_implied_consent,
        {{ post_purchase_gate.consent_rule_says('needs_express_consent') }} as needs_express_consent,
        {{ post_purchase_gate.add_days('cast(' ~ post_purchase_gate.implied_days() ~ ' as integer)', 'purchases.last_purchase_at') }} as implied_until
    from accounts
    inner join {{ ref('int_feed_states') }} as feeds
        on feeds.feed = 'consents'
    left join ledger
        on accounts.customer_id = ledger.customer_id and accounts.channel = ledger.channel
    left join purchases
        on accounts.person_id = purchases.person_id
    {{ post_purchase_gate.join_consent_rules('accounts') }}
)

select
    customer_id,
    channel,
    store_id,
    {{ post_purchase_gate.split_part() }}({{ post_purchase_gate.consent_answer(post_purchase_gate.as_of()) }}, ':', 1) as consent
from facts
