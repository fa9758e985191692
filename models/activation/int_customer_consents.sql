-- What may be sent for marketing now, per channel: the ledger's last word and the country's rule, judged as the consent check judges a point.
with

channels as (
    select channel
    from {{ ref('consent_rules') }}
    group by channel
),

customers as (
    select
        customers.customer_id,
        customers.country,
        channels.channel,
        feeds.state in ('fresh', 'not_kept') as knows_consents
    from {{ ref('stg_customers') }} as customers
    cross join channels
    inner join {{ ref('int_feed_states') }} as feeds
        on feeds.feed = 'consents'
    where not coalesce(customers.erased_at <= {{ post_purchase_gate.as_of() }}, false)
),

ledger as (
    select
        customer_id,
        channel,
        status,
        basis,
        row_number() over (
            partition by customer_id, channel
            order by occurred_at desc, case when status = 'unsubscribed' then 0 else 1 end asc, basis asc nulls last
        ) as recency
    from {{ ref('int_consent_changes') }}
    where occurred_at <= {{ post_purchase_gate.as_of() }}
),

purchases as (
    select
        customer_id,
        max(ordered_at) as last_purchase_at
    from {{ ref('int_orders') }}
    where
        order_type in ('purchase', 'subscription_renewal')
        and not is_test
        and ordered_at <= {{ post_purchase_gate.as_of() }}
        and not coalesce(cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
    group by customer_id
),

facts as (
    select
        customers.customer_id,
        customers.channel,
        customers.knows_consents,
        ledger.status as ledger_status,
        ledger.basis as ledger_basis,
        purchases.last_purchase_at,
        coalesce(country_rule.allows_implied_consent, default_rule.allows_implied_consent, false) as allows_implied_consent,
        coalesce(country_rule.needs_express_consent, default_rule.needs_express_consent, false) as needs_express_consent,
        {{ post_purchase_gate.add_days(
            'cast(case when country_rule.country is not null then country_rule.implied_days else default_rule.implied_days end as integer)',
            'purchases.last_purchase_at') }}
            as implied_until
    from customers
    left join ledger
        on customers.customer_id = ledger.customer_id and customers.channel = ledger.channel and ledger.recency = 1
    left join purchases
        on customers.customer_id = purchases.customer_id
    left join {{ ref('consent_rules') }} as country_rule
        on customers.country = country_rule.country and customers.channel = country_rule.channel
    left join {{ ref('consent_rules') }} as default_rule
        on default_rule.country = '*' and customers.channel = default_rule.channel
)

select
    customer_id,
    channel,
    split_part({{ post_purchase_gate.consent_answer(post_purchase_gate.as_of()) }}, ':', 1) as consent
from facts
