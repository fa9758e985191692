-- What a subscription brings: its own SKU, and with a declared subscription SKU also the SKU that was declared to have it.
with

subscriptions as (
    select
        subscriptions.subscription_id,
        persons.person_id,
        subscriptions.sku,
        subscriptions.started_at,
        subscriptions.cancelled_at
    from {{ ref('stg_subscriptions') }} as subscriptions
    inner join {{ ref('int_persons') }} as persons
        on subscriptions.customer_id = persons.customer_id
),

brought as (
    select
        subscription_id,
        sku
    from subscriptions
    {{ post_purchase_gate.union_distinct() }}
    select
        subscriptions.subscription_id,
        relations.sku
    from subscriptions
    inner join {{ ref('stg_sku_relations') }} as relations
        on subscriptions.sku = relations.related_sku
    where relations.relation = 'subscription'
)

select
    subscriptions.subscription_id,
    subscriptions.person_id,
    brought.sku,
    subscriptions.started_at,
    subscriptions.cancelled_at
from subscriptions
inner join brought
    on subscriptions.subscription_id = brought.subscription_id
