{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- Of each line: units that a refund took off before they were shipped, that came back, that an edit took off, and that were shipped. What may no longer
-- be shipped was shipped or taken off. Which of them says the line's own status (REST), else what parcels carry, else their units: where those are as
-- many as the order's lines no longer wait for, all were shipped. Where nothing says it, nobody knows.
with

lines as (
    select
        _store,
        id as order_line_id,
        order_id,
        lower(fulfillment_status) as fulfillment_status,
        -- one API has a status for each line, the other for none
        max(case when fulfillment_status is not null then 1 else 0 end) over (partition by _store) = 1 as says_status,
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

parcel_contents as (
    select
        _store,
        fulfillment_id,
        order_line_id,
        {{ post_purchase_gate.read_number('quantity') }} as units
    from {{ ref('src_shopify__fulfillment_line') }}
),

listing as (
    select distinct
        _store,
        fulfillment_id
    from parcel_contents
),

live_parcels as (
    select
        parcels._store,
        parcels.order_id,
        parcels.id as fulfillment_id,
        coalesce(lower(parcels.status), '') in ('pending', 'open') as is_being_packed,
        {{ post_purchase_gate.read_number('parcels.total_quantity') }} as units,
        listing.fulfillment_id is not null as is_listed
    from {{ ref('src_shopify__fulfillment') }} as parcels
    left join listing
        on parcels._store = listing._store and parcels.id = listing.fulfillment_id
    where coalesce(lower(parcels.status), '') not in ('cancelled', 'canceled', 'error', 'failure')
),

parcel_lines as (
    select
        contents._store,
        contents.order_line_id,
        sum(contents.units) as units
    from parcel_contents as contents
    inner join live_parcels
        on contents._store = live_parcels._store and contents.fulfillment_id = live_parcels.fulfillment_id
    group by contents._store, contents.order_line_id
),

-- a parcel that is under way in the shop's own system hides its units from those that may still be shipped
order_parcels as (
    select
        _store,
        order_id,
        max(case when is_being_packed then 1 else 0 end) = 1 as is_being_packed,
        min(case when is_listed then 1 else 0 end) = 1 as are_listed,
        case when count(*) = count(units) then sum(units) end as units
    from live_parcels
    group by _store, order_id
),

joined as (
    select
        lines.*,
        coalesce(refunded.units, 0) as units_refunded,
        coalesce(refunded.units_cancelled, 0) as units_cancelled,
        case
            when lines.units_current is not null then {{ post_purchase_gate.greatest() }}(lines.quantity - lines.units_current - coalesce(refunded.units, 0), 0)
        end as units_said_removed,
        case when coalesce(parcels.are_listed, false) then coalesce(parcel_lines.units, 0) else parcel_lines.units end as units_in_parcels,
        coalesce(parcels.is_being_packed, false) as is_being_packed,
        case when parcels.order_id is null then 0 else parcels.units end as units_of_parcels,
        coalesce(lower(orders.fulfillment_status), 'unfulfilled') as order_status,
        parcels.order_id is not null as has_parcels,
        orders.cancelled_at is not null as is_cancelled
    from lines
    left join refunded
        on lines._store = refunded._store and lines.order_line_id = refunded.order_line_id
    left join parcel_lines
        on lines._store = parcel_lines._store and lines.order_line_id = parcel_lines.order_line_id
    left join order_parcels as parcels
        on lines._store = parcels._store and lines.order_id = parcels.order_id
    left join {{ ref('src_shopify__order') }} as orders
        on lines._store = orders._store and lines.order_id = orders.id
),

-- of what no longer waits, what no refund before shipping explains; a refund that says nothing of stock may have been before shipping, too
closed as (
    select
        *,
        case
            when units_open is not null then {{ post_purchase_gate.greatest() }}(quantity - units_open - units_cancelled - coalesce(units_said_removed, 0), 0)
        end as units_closed,
        case
            when units_open is not null then {{ post_purchase_gate.greatest() }}(quantity - units_open - units_refunded - coalesce(units_said_removed, 0), 0)
        end as units_closed_unrefunded,
        case
            when units_in_parcels is not null then units_in_parcels = 0
            when says_status then fulfillment_status is null
            when not has_parcels then order_status <> 'fulfilled'
            when units_of_parcels is null then order_status in ('unfulfilled', 'on_hold', 'scheduled')
            else units_of_parcels = 0
        end as is_unshipped
    from joined
),

compared as (
    select
        *,
        -- a line of which nobody knows what still waits leaves its order without a sum
        case
            when count(*) over (partition by _store, order_id) = count(units_open) over (partition by _store, order_id)
                then sum(units_closed) over (partition by _store, order_id)
        end as order_closed,
        case
            when count(*) over (partition by _store, order_id) = count(units_open) over (partition by _store, order_id)
                then sum(units_closed_unrefunded) over (partition by _store, order_id)
        end as order_closed_unrefunded
    from closed
),

removed as (
    select
        *,
        case
            when is_cancelled then 0
            when units_said_removed is not null then units_said_removed
            -- neither shipped nor to be shipped nor given back: an edit took it off
            when units_open = 0 and not is_being_packed and is_unshipped then {{ post_purchase_gate.greatest() }}(quantity - units_refunded, 0)
            else 0
        end as units_removed
    from compared
),

shipped as (
    select
        *,
        case
            when units_in_parcels is not null then units_in_parcels
            when fulfillment_status = 'fulfilled' then quantity - units_cancelled - units_removed
            when units_open is null then null
            when is_unshipped then 0
            when says_status then units_closed
            when units_of_parcels = order_closed then units_closed
            when units_of_parcels = order_closed_unrefunded then units_closed_unrefunded
            -- the store calls the order shipped, and no parcel says how much of it
            when order_status = 'fulfilled' and (units_of_parcels is null or not has_parcels) then units_closed
        end as units_shipped
    from removed
)

select
    _store,
    order_id,
    order_line_id,
    cast(units_removed + units_cancelled as decimal(18, 4)) as units_removed,
    cast(case when units_shipped > 0 then units_shipped when units_shipped is not null then 0 end as decimal(18, 4)) as units_shipped,
    units_shipped is null and units_open is not null and order_status = 'fulfilled' as is_contradicted
from shipped
