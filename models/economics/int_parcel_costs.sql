-- The stated cost of each parcel, shared over the lines that it carries by the value carried. A parcel that names no line carries its
-- whole order. A replacement's parcel is paid for by the replacement's own lines.
with

lines as (
    select * from {{ ref('int_line_shares') }}
),

parcels as (
    select
        fulfillment_id,
        order_id,
        shipping_cost,
        shipped_at
    from {{ ref('int_parcels') }}
    where not coalesce(cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
),

line_parcels as (
    select
        order_line_id,
        fulfillment_id,
        units,
        shipped_at
    from {{ ref('int_line_parcels') }}
    where not is_replacement and known_from <= {{ post_purchase_gate.as_of() }} and until_at > {{ post_purchase_gate.as_of() }}
),

named as (
    select fulfillment_id
    from line_parcels
    group by fulfillment_id
),

carried as (
    select
        order_line_id,
        fulfillment_id,
        units,
        units as weight_units
    from line_parcels
    where shipped_at <= {{ post_purchase_gate.as_of() }}
    union all
    select
        lines.order_line_id,
        parcels.fulfillment_id,
        0 as units,
        lines.quantity as weight_units
    from parcels
    inner join lines
        on parcels.order_id = lines.order_id
    left join named
        on parcels.fulfillment_id = named.fulfillment_id
    where named.fulfillment_id is null and parcels.shipped_at <= {{ post_purchase_gate.as_of() }}
),

weighed as (
    select
        carried.order_line_id,
        carried.fulfillment_id,
        carried.units,
        parcels.shipping_cost is not null as is_stated,
        {{ post_purchase_gate.to_reporting('parcels.shipping_cost', 'lines.exchange_rate') }} as parcel_cost,
        -- what arrives by e-mail weighs nothing in a parcel
        cast(case when lines.is_digital then 0 else lines.net_value * carried.weight_units / nullif(lines.quantity, 0) end as decimal(18, 4))
            as weight
    from carried
    inner join lines
        on carried.order_line_id = lines.order_line_id
    inner join parcels
        on carried.fulfillment_id = parcels.fulfillment_id
),

shares as (
    select
        *,
        {{ post_purchase_gate.value_share('weight', 'fulfillment_id') }} as value_share,
        row_number() over (partition by fulfillment_id order by weight desc, order_line_id asc) = 1 as takes_remainder
    from weighed
)

select
    order_line_id,
    fulfillment_id,
    units,
    is_stated,
    {{ post_purchase_gate.shared_amount('parcel_cost', 'value_share', 'takes_remainder', 'fulfillment_id') }} as outbound_shipping_cost
from shares
