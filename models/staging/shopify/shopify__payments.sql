{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Transactions that take money, and disputes. Money given back stands with the refunds. A test transaction took none.
with

transactions as (
    select
        *,
        lower(kind) as kind_folded,
        lower(status) as status_folded
    from {{ ref('src_shopify__transaction') }}
    where
        coalesce(lower(is_test), 'false') not in ({{ post_purchase_gate.words_for_yes() }})
        and coalesce(lower(kind), '') not in ('refund', 'suggested_refund', 'change')
),

words as (
    select
        lower(trim(value)) as value,
        means
    from {{ ref('connector_words') }}
    where connector = 'shopify' and subject = 'gateway'
),

disputes as (
    select
        *,
        lower(status) as status_folded
    from {{ ref('src_shopify__dispute') }}
    -- an inquiry asks, and takes nothing back
    where coalesce(lower(type), 'chargeback') <> 'inquiry'
)

select
    -- ids
    transactions._store || '-' || transactions.id as payment_id,
    transactions._store || '-' || transactions.order_id as order_id,
    -- text
    case
        when transactions.status_folded in ('pending', 'awaiting_response') then 'pending'
        when transactions.status_folded in ('failure', 'error') then 'failed'
        when coalesce(transactions.status_folded, '') <> 'success' then coalesce(transactions.status_folded, 'without_a_status')
        when transactions.kind_folded in ('sale', 'capture') then 'captured'
        when transactions.kind_folded in ('authorization', 'emv_authorization') then 'authorized'
        when transactions.kind_folded = 'void' then 'voided'
        else transactions.kind_folded
    end as status,
    coalesce(words.means, lower(transactions.gateway)) as method,
    case
        when transactions.currency <> orders.currency and transactions.amount_exchanged is not null then orders.currency
        else transactions.currency
    end as currency,
    -- numbers
    case
        when transactions.currency <> orders.currency and transactions.amount_exchanged is not null then transactions.amount_exchanged
        else transactions.amount
    end as amount,
    -- timestamps
    transactions.processed_at as occurred_at,
    transactions._loaded_at
from transactions
left join {{ ref('src_shopify__order') }} as orders
    on transactions._store = orders._store and transactions.order_id = orders.id
left join words
    on lower(transactions.gateway) = words.value
where not coalesce(transactions.kind_folded = 'void' and transactions.status_folded <> 'success', false)
union all
select
    _store || '-dispute-' || id as payment_id,
    _store || '-' || order_id as order_id,
    'chargeback' as status,
    cast(null as {{ dbt.type_string() }}) as method,
    currency,
    amount,
    initiated_at as occurred_at,
    _loaded_at
from disputes
union all
select
    _store || '-dispute-' || id || '-won' as payment_id,
    _store || '-' || order_id as order_id,
    'chargeback_won' as status,
    cast(null as {{ dbt.type_string() }}) as method,
    currency,
    amount,
    finalized_on as occurred_at,
    _loaded_at
from disputes
where status_folded = 'won'
