-- The ledger's last word at the instant, the country's rule, and the last purchase from which implied consent counts.
with

points as (
    select * from {{ ref('int_permission_points') }}
),

ledger as (
    select
        points.point_id,
        consents.status,
        consents.basis,
        consents.occurred_at,
        consents.source_table,
        consents.source_id,
        row_number() over (
            partition by points.point_id
            order by
                consents.occurred_at desc,
                case when consents.status = 'unsubscribed' then 0 else 1 end asc,
                consents.source_table asc,
                consents.source_id asc
        ) as recency
    from points
    inner join {{ ref('int_consent_changes') }} as consents
        on
            points.customer_id = consents.customer_id
            and points.channel = consents.channel
            and consents.occurred_at <= points.point_at
),

purchases as (
    select
        points.point_id,
        max(orders.ordered_at) as last_purchase_at
    from points
    inner join {{ ref('int_orders') }} as orders
        on points.customer_id = orders.customer_id and orders.ordered_at <= points.point_at
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
    coalesce(country_rule.allows_implied_consent, default_rule.allows_implied_consent, false) as allows_implied_consent,
    case when country_rule.country is not null then country_rule.implied_days else default_rule.implied_days end as implied_days,
    coalesce(country_rule.needs_express_consent, default_rule.needs_express_consent, false) as needs_express_consent
from points
left join ledger
    on points.point_id = ledger.point_id and ledger.recency = 1
left join purchases
    on points.point_id = purchases.point_id
left join {{ ref('consent_rules') }} as country_rule
    on points.country = country_rule.country and points.channel = country_rule.channel
left join {{ ref('consent_rules') }} as default_rule
    on default_rule.country = '*' and points.channel = default_rule.channel
