{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- WooCommerce keeps one payment with the order and no history of it. What is not paid stands only where the gateway sells on terms (connector_words); an
-- order that waits for a card was never paid, and of one that is on hold nobody knows why, though it was paid once: a bank may ask for the money back.
-- Disputes stand beside it.
with

words as (
    select
        lower(trim(value)) as value,
        means
    from {{ ref('connector_words') }}
    where connector = 'woocommerce' and subject = 'gateway'
),

orders as (
    select
        orders.*,
        coalesce(words.means, orders.payment_method) as method,
        coalesce(words.means in ('cash_on_delivery', 'bank_transfer', 'invoice'), false) as is_on_terms
    from {{ ref('woocommerce_orders') }} as orders
    left join words
        on orders.payment_method = words.value
),

payments as (
    select
        *,
        case
            when paid_at is not null and coalesce(status, '') not in ('failed', 'on-hold', 'pending') then 'captured'
            when status = 'failed' then 'failed'
            when status = 'cancelled' then 'voided'
            when is_on_terms and status in ('pending', 'on-hold', 'processing', 'completed') then 'pending'
            when status = 'pending' then null
            else status
        end as payment_status
    from orders
),

disputes as (
    select
        *,
        lower(status) as status_folded,
        upper(currency) as iso_currency,
        {{ post_purchase_gate.read_number('amount') }} * {{ post_purchase_gate.smallest_unit('upper(currency)') }} as amount_disputed
    from {{ ref('src_woocommerce__dispute') }}
    -- an inquiry asks, and takes nothing back
    where coalesce(lower(status), '') not like 'warning%'
)

select
    -- ids
    _store || '-' || order_id as payment_id,
    _store || '-' || order_id as order_id,
    -- text
    payment_status as status,
    method,
    currency,
    -- numbers
    total as amount,
    -- timestamps
    case when payment_status = 'captured' then paid_at when payment_status = 'pending' then created_at else coalesce(updated_at, created_at) end as occurred_at,
    _loaded_at
from payments
where payment_status is not null
union all
select
    _store || '-dispute-' || id as payment_id,
    _store || '-' || order_id as order_id,
    'chargeback' as status,
    'card' as method,
    iso_currency as currency,
    coalesce(cast(cast(amount_disputed as decimal(18, 4)) as {{ dbt.type_string() }}), amount) as amount,
    created_at as occurred_at,
    _loaded_at
from disputes
union all
select
    _store || '-dispute-' || id || '-won' as payment_id,
    _store || '-' || order_id as order_id,
    'chargeback_won' as status,
    'card' as method,
    iso_currency as currency,
    coalesce(cast(cast(amount_disputed as decimal(18, 4)) as {{ dbt.type_string() }}), amount) as amount,
    coalesce(updated_at, _loaded_at) as occurred_at,
    _loaded_at
from disputes
where status_folded = 'won'
