{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Of each line: units that a refund took off before they were shipped, that came back, that an edit took off, and that were shipped.
with

lines as (
    select
        _store,
        id as order_line_id,
        order_id,
        lower(fulfillment_status) as fulfillment_status,
        {{ post_purchase_gate.read_number('quantity') }} as quantity,
        {{ post_purchase_gate.read_number('current_quantity') }} as units_current,
        {{ post_purchase_gate.read_number('unfulfilled_quantity') }} as units_open
    from {{ ref('src_shopify__order_line') }}
),

refunded as (
    select
        _store,
        order_line_id,
        sum({{ post_purchase_gate.read_number('quantity') }}) as units,
        sum(case when lower(restock_type) = 'cancel' then {{ post_purchase_gate.read_number('quantity') }} else 0 end) as units_cancelled
    from {{ ref('src_shopify__refund_line') }}
    group by _store, order_line_id
),

parcel_lines as (
    select
        contents._store,
        contents.order_line_id,
        sum({{ post_purchase_gate.read_number('contents.quantity') }}) as units
    from {{ ref('src_shopify__fulfillment_line') }} as contents
    inner join {{ ref('src_shopify__fulfillment') }} as fulfillments
        on contents._store = fulfillments._store and contents.fulfillment_id = fulfillments.id
    where lower(fulfillments.status) not in ('cancelled', 'canceled', 'error', 'failure')
    group by contents._store, contents.order_line_id
),

-- a parcel that is under way in the shop's own system hides its units from those that may still be shipped
orders_being_packed as (
    select distinct
        _store,
        order_id
    from {{ ref('src_shopify__fulfillment') }}
    where lower(status) in ('pending', 'open')
),

joined as (
    select
        lines.*,
        coalesce(refunded.units, 0) as units_refunded,
        coalesce(refunded.units_cancelled, 0) as units_cancelled,
        parcel_lines.units as units_in_parcels,
        orders_being_packed.order_id is not null as is_being_packed,
        lower(orders.fulfillment_status) as order_status,
        orders.cancelled_at is not null as is_cancelled
    from lines
    left join refunded
        on lines._store = refunded._store and lines.order_line_id = refunded.order_line_id
    left join parcel_lines
        on lines._store = parcel_lines._store and lines.order_line_id = parcel_lines.order_line_id
    left join orders_being_packed
        on lines._store = orders_being_packed._store and lines.order_id = orders_being_packed.order_id
    left join {{ ref('src_shopify__order') }} as orders
        on lines._store = orders._store and lines.order_id = orders.id
),

removed as (
    select
        *,
        case
            when is_cancelled then 0
            when units_current is not null then greatest(quantity - units_current - units_refunded, 0)
            -- neither shipped nor to be shipped nor given back: an edit took it off
            when
                units_open = 0 and not is_being_packed and coalesce(units_in_parcels, 0) = 0
                and (fulfillment_status is null and coalesce(order_status, 'unfulfilled') in ('unfulfilled', 'partial', 'partially_fulfilled', 'on_hold', 'scheduled'))
                and quantity > units_refunded
                then quantity - units_refunded
            else 0
        end as units_removed
    from joined
)

select
    _store,
    order_line_id,
    cast(units_removed + units_cancelled as decimal(18, 4)) as units_removed,
    cast(case
        when units_in_parcels is not null then units_in_parcels
        when fulfillment_status = 'fulfilled' then quantity - units_cancelled - units_removed
        when units_open is null then null
        when fulfillment_status is null and coalesce(order_status, 'unfulfilled') in ('unfulfilled', 'on_hold', 'scheduled') then 0
        else greatest(quantity - units_open - units_cancelled - units_removed, 0)
    end as decimal(18, 4)) as units_shipped
from removed
