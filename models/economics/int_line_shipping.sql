-- Outbound shipping by the stated costs of the line's parcels; the assumed cost per unit stands in for units in parcels without one and
-- for units still to be shipped. Shipping charged is the order's, shared by value.
with

parcels as (
    select
        order_line_id,
        sum(case when is_stated then 1 else 0 end) as stated_parcels,
        sum(case when is_stated then outbound_shipping_cost end) as stated_cost,
        sum(case when is_stated then 0 else units end) as units_without_cost
    from {{ ref('int_parcel_costs') }}
    group by order_line_id
),

lines as (
    select
        shares.*,
        {{ post_purchase_gate.to_reporting('orders.shipping_charged', 'shares.exchange_rate') }} as order_shipping_charged,
        coalesce(parcels.stated_parcels, 0) as stated_parcels,
        parcels.stated_cost,
        case
            when shares.is_digital then 0
            else {{ post_purchase_gate.least() }}(coalesce(parcels.units_without_cost, 0) + units.units_to_ship, shares.quantity)
        end as assumed_units
    from {{ ref('int_line_shares') }} as shares
    inner join {{ ref('int_orders') }} as orders
        on shares.order_id = orders.order_id
    inner join {{ ref('int_line_units') }} as units
        on shares.order_line_id = units.order_line_id
    left join parcels
        on shares.order_line_id = parcels.order_line_id
)

select
    lines.order_line_id,
    cast(
        case when lines.stated_parcels > 0 then lines.stated_cost else 0 end
        + lines.assumed_units * assumptions.outbound_shipping_cost as decimal(18, 4)
    ) as outbound_shipping_cost,
    case
        when lines.stated_parcels > 0 and lines.assumed_units > 0 then 'partly_stated'
        when lines.stated_parcels > 0 then 'stated'
        when lines.assumed_units > 0 then 'assumed'
        else 'none'
    end as outbound_shipping_basis,
    {{ post_purchase_gate.shared_amount('lines.order_shipping_charged', 'lines.value_share', 'lines.takes_remainder', 'lines.order_id') }}
        as shipping_charged
from lines
cross join {{ ref('int_cost_assumptions') }} as assumptions
