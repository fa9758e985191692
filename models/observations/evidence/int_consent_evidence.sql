-- The word that counts at the instant for the address and the store, the country's rule, and the person's last purchase from which implied
-- consent counts.
with

points as (
    select
        points.point_id,
        points.point_at,
        points.person_id,
        points.channel,
        points.country,
        orders.store_id,
        addresses.permission_key
    from {{ ref('int_permission_points') }} as points
    inner join {{ ref('int_orders') }} as orders
        on points.order_id = orders.order_id
    left join {{ ref('int_permission_addresses') }} as addresses
        on points.customer_id = addresses.customer_id and {{ post_purchase_gate.address_kind('points.channel') }} = addresses.kind
),

words as (
    select
        points.point_id,
        consents.status,
        consents.basis,
        consents.occurred_at,
        consents.source_table,
        consents.source_id
    from points
    inner join {{ ref('int_consent_changes') }} as consents
        on
            points.permission_key = consents.permission_key
            and points.channel = consents.channel
            and consents.occurred_at <= points.point_at
    where {{ post_purchase_gate.is_said_of_store('consents', 'points.store_id') }}
),

ledger as (
    {{ post_purchase_gate.last_consent_words('words', ['point_id']) }}
),

purchases as (
    select
        points.point_id,
        max(orders.ordered_at) as last_purchase_at
    from points
    inner join {{ ref('int_orders') }} as orders
        on points.person_id = orders.person_id and orders.ordered_at <= points.point_at
    where
        orders.order_type in ('purchase', 'subscription_renewal')
        and not orders.is_test
        and not coalesce(orders.cancelled_at <= points.point_at, false)
    group by points.point_id
)

select
    points.point_id,
    ledger.status as ledger_status,
    ledger.basis as ledger_basis,
    ledger.occurred_at as ledger_at,
    ledger.source_table as ledger_table,
    ledger.source_id as ledger_source_id,
    purchases.last_purchase_at,
    {{ post_purchase_gate.consent_rule_says('allows_implied_consent') }} as allows_implied_consent,
    {{ post_purchase_gate.implied_days() }} as implied_days,
    {{ post_purchase_gate.consent_rule_says('needs_express_consent') }} as needs_express_consent
from points
left join ledger
    on points.point_id = ledger.point_id
left join purchases
    on points.point_id = purchases.point_id
{{ post_purchase_gate.join_consent_rules('points') }}
