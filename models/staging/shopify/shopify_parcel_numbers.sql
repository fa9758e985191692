{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- By which numbers of carriers a shipment is known; one without a number has a row, too.
with

shipments as (
    select
        *,
        {{ post_purchase_gate.parse_utc('created_at') }} as made_at,
        coalesce(lower(status) in ('cancelled', 'canceled', 'error', 'failure'), false) as is_cancelled
    from {{ ref('src_shopify__fulfillment') }}
),

delivered as (
    select distinct
        _store,
        fulfillment_id
    from {{ ref('src_shopify__fulfillment_event') }}
    where lower(status) = 'delivered'
),

numbers as (
    select
        _store,
        id as fulfillment_id,
        {{ post_purchase_gate.bare_code('tracking_number') }} as tracking_number
    from shipments
    {{ post_purchase_gate.union_distinct() }}
    select
        _store,
        fulfillment_id,
        {{ post_purchase_gate.bare_code('tracking_number') }} as tracking_number
    from {{ ref('src_shopify__tracking_info') }}
),

known as (
    select
        _store,
        fulfillment_id,
        tracking_number,
        count(tracking_number) over (partition by _store, fulfillment_id) as numbers
    from numbers
)

select
    known._store,
    known.fulfillment_id,
    shipments.order_id,
    known.tracking_number,
    shipments.made_at,
    shipments.is_cancelled,
    coalesce(lower(shipments.shipment_status) = 'delivered', false) or delivered.fulfillment_id is not null as is_delivered
from known
inner join shipments
    on known._store = shipments._store and known.fulfillment_id = shipments.id
left join delivered
    on known._store = delivered._store and known.fulfillment_id = delivered.fulfillment_id
where known.tracking_number is not null or known.numbers = 0
