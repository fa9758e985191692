{{ config(enabled=post_purchase_gate.uses_connector('recharge')) }}
-- A subscription runs until Recharge calls it cancelled or expired, whatever date it carries: a date left over from before a reactivation ends
-- nothing. The SKU is that of the store's variant, as the order lines have it.
with

subscriptions as (
    select
        *,
        lower(status) as status_folded
    from {{ ref('src_recharge__subscription') }}
),

served as (
    select * from {{ ref('connected_stores') }}
    where connector = 'recharge'
),

variants as (
    select
        subscriptions._store,
        subscriptions.id,
        min(variants.sku) as sku
    from subscriptions
    inner join served
        on subscriptions._store = served._store
    inner join {{ ref('connected_variants') }} as variants
        on served.store_id || '-' || subscriptions.external_variant_id = variants.variant_id
    group by subscriptions._store, subscriptions.id
    having count(*) = 1
)

select
    -- ids
    subscriptions._store || '-' || subscriptions.id as subscription_id,
    coalesce(accounts.customer_id, 'recharge-' || subscriptions._store || '-' || subscriptions.customer_id) as customer_id,
    coalesce(
        variants.sku,
        subscriptions.sku,
        'variant-' || {{ post_purchase_gate.unlinked_id('only_store', 'subscriptions.external_variant_id') }}
    ) as sku,
    -- timestamps
    subscriptions.created_at as started_at,
    case
        when subscriptions.status_folded in ('cancelled', 'canceled')
            then coalesce(subscriptions.cancelled_at, subscriptions.updated_at, subscriptions._loaded_at)
        when subscriptions.status_folded in ('expired', 'inactive') then coalesce(subscriptions.updated_at, subscriptions._loaded_at)
        -- without a word of its state, the date is what there is
        when subscriptions.status_folded is null then subscriptions.cancelled_at
    end as cancelled_at,
    case when subscriptions.status_folded not in ('cancelled', 'canceled', 'expired', 'inactive') then subscriptions.next_charge_at end as next_charge_at,
    subscriptions._loaded_at
from subscriptions
left join served as only_store
    on subscriptions._store = only_store._store and only_store.is_only
left join {{ ref('recharge_accounts') }} as accounts
    on subscriptions._store = accounts._store and subscriptions.customer_id = accounts.recharge_customer_id
left join variants
    on subscriptions._store = variants._store and subscriptions.id = variants.id
