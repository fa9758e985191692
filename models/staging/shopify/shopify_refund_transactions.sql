{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Transactions that give money back, with the refund that each pays and the amount in the currency of the order. One that names no refund pays the only
-- one of its order that nothing else pays; where there is none it is a refund by itself, and where there are several nobody can tell which.
{%- set number = post_purchase_gate.read_number %}
with

refunds as (
    select * from {{ ref('src_shopify__refund') }}
),

listed as (
    select
        own._store,
        own.id,
        own.order_id,
        coalesce(own.refund_id, nested.refund_id) as refund_id,
        own.kind,
        own.status,
        own.amount,
        own.amount_exchanged,
        own.currency,
        own.processed_at,
        own.is_test,
        own._loaded_at
    from {{ ref('src_shopify__transaction') }} as own
    left join {{ ref('src_shopify__refund_transaction') }} as nested
        on own._store = nested._store and own.id = nested.id
    union all
    -- that a loader keeps with the refund alone
    select
        nested._store,
        nested.id,
        refunds.order_id,
        nested.refund_id,
        nested.kind,
        nested.status,
        nested.amount,
        cast(null as {{ dbt.type_string() }}) as amount_exchanged,
        nested.currency,
        nested.processed_at,
        nested.is_test,
        nested._loaded_at
    from {{ ref('src_shopify__refund_transaction') }} as nested
    left join refunds
        on nested._store = refunds._store and nested.refund_id = refunds.id
    left join {{ ref('src_shopify__transaction') }} as own
        on nested._store = own._store and nested.id = own.id
    where own.id is null
),

given_back as (
    select
        listed.*,
        lower(listed.status) as status_folded,
        case
            when coalesce(listed.currency, orders.currency, '') = coalesce(orders.currency, listed.currency, '') then {{ number('listed.amount') }}
            else {{ number('listed.amount_exchanged') }}
        end as amount_gross
    from listed
    left join {{ ref('src_shopify__order') }} as orders
        on listed._store = orders._store and listed.order_id = orders.id
    where lower(listed.kind) = 'refund' and coalesce(lower(listed.is_test), 'false') not in ({{ post_purchase_gate.words_for_yes() }})
),

paid as (
    select distinct
        _store,
        refund_id
    from given_back
    where refund_id is not null
),

unpaid as (
    select
        refunds._store,
        refunds.order_id,
        count(*) as refunds,
        min(refunds.id) as refund_id
    from refunds
    left join paid
        on refunds._store = paid._store and refunds.id = paid.refund_id
    where paid.refund_id is null
    group by refunds._store, refunds.order_id
)

select
    given_back._store,
    given_back.id,
    given_back.order_id,
    coalesce(
        given_back.refund_id,
        case when unpaid.refunds = 1 then unpaid.refund_id when unpaid.refunds is null then 'transaction-' || given_back.id end
    ) as refund_id,
    given_back.status_folded as status,
    given_back.amount_gross as amount,
    given_back.processed_at,
    given_back._loaded_at
from given_back
left join unpaid
    on given_back._store = unpaid._store and given_back.order_id = unpaid.order_id
