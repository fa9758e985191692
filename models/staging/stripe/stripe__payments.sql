{{ config(enabled=post_purchase_gate.uses_connector('stripe')) }}
-- Disputes of payments, which the store's own tables do not carry. An inquiry (warning_...) asks and takes nothing back; what was prevented by giving
-- the money back (prevented) was disputed like any other. Stripe does not say when a
-- dispute was won: that is known from when the row last changed. A dispute whose order nobody noted is handed on, to be refused by name.
with

disputes as (
    select
        *,
        lower(status) as status_folded,
        upper(currency) as iso_currency
    from {{ ref('src_stripe__dispute') }}
    where
        coalesce(lower(is_live), 'true') not in ({{ post_purchase_gate.words_for_no() }})
        and coalesce(lower(status), '') not like 'warning%'
),

amounts as (
    select
        *,
        cast(
            {{ post_purchase_gate.read_number('amount') }}
            -- of these Stripe counts hundredths that do not exist
            * case when iso_currency in ('ISK', 'UGX') then 0.01 else {{ post_purchase_gate.smallest_unit('iso_currency') }} end
            as decimal(18, 4)
        ) as amount_disputed
    from disputes
),

linked as (
    select
        amounts.*,
        coalesce(links.order_id, {{ post_purchase_gate.unlinked_id('only_store', 'orders.order_said') }}) as order_id
    from amounts
    left join {{ ref('stripe_dispute_orders') }} as orders
        on amounts._store = orders._store and amounts.id = orders.id
    left join {{ ref('connected_order_links') }} as links
        on orders._store = links._store and orders.order_said = links.order_said and links.connector = 'stripe'
    left join {{ ref('connected_stores') }} as only_store
        on amounts._store = only_store._store and only_store.connector = 'stripe' and only_store.is_only
),

-- a payment may be disputed again: the shop won when it won all of them
settled as (
    select
        *,
        max(case when coalesce(status_folded, '') <> 'won' then 1 else 0 end) over (partition by _store, coalesce(charge_id, id)) as has_unwon
    from linked
)

select
    -- ids
    _store || '-stripe-' || id as payment_id,
    order_id,
    -- text
    'chargeback' as status,
    'card' as method,
    iso_currency as currency,
    -- numbers
    coalesce(cast(amount_disputed as {{ dbt.type_string() }}), amount) as amount,
    -- timestamps
    created_at as occurred_at,
    _loaded_at
from linked
union all
select
    _store || '-stripe-' || id || '-won' as payment_id,
    order_id,
    'chargeback_won' as status,
    'card' as method,
    iso_currency as currency,
    coalesce(cast(amount_disputed as {{ dbt.type_string() }}), amount) as amount,
    coalesce(updated_at, _loaded_at) as occurred_at,
    _loaded_at
from settled
where status_folded = 'won' and has_unwon = 0
