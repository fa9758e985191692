-- A replacement's parcels also carry the line they replace: its delivery restarts that line's clock.
with

fulfillments as (
    select * from {{ ref('stg_fulfillments') }}
),

lines as (
    select * from {{ ref('int_order_lines') }}
),

fulfillment_lines as (
    select * from {{ ref('stg_fulfillment_lines') }}
),

orders_with_detail as (
    select fulfillments.order_id
    from fulfillments
    inner join fulfillment_lines
        on fulfillments.fulfillment_id = fulfillment_lines.fulfillment_id
    group by fulfillments.order_id
),

carried as (
    select
        fulfillment_lines.order_line_id,
        fulfillment_lines.fulfillment_id,
        fulfillment_lines.quantity as units
    from fulfillment_lines
    union all
    select
        lines.order_line_id,
        fulfillments.fulfillment_id,
        lines.quantity as units
    from fulfillments
    inner join lines
        on fulfillments.order_id = lines.order_id
    left join orders_with_detail
        on fulfillments.order_id = orders_with_detail.order_id
    where orders_with_detail.order_id is null
),

carried_or_replaced as (
    select
        order_line_id,
        fulfillment_id,
        units,
        false as is_replacement
    from carried
    union all
    select
        successors.old_order_line_id as order_line_id,
        carried.fulfillment_id,
        carried.units,
        true as is_replacement
    from carried
    inner join {{ ref('int_line_successors') }} as successors
        on carried.order_line_id = successors.new_order_line_id
    where successors.successor_kind = 'replacement'
),

delivered_events as (
    select
        fulfillment_id,
        min(occurred_at) as delivered_at
    from {{ ref('stg_fulfillment_events') }}
    where event_type = 'delivered'
    group by fulfillment_id
)

select
    carried_or_replaced.order_line_id,
    carried_or_replaced.fulfillment_id,
    fulfillments.carrier,
    lines.country,
    carried_or_replaced.units,
    carried_or_replaced.is_replacement,
    coalesce(fulfillments.shipped_at, fulfillments.delivered_at, delivered_events.delivered_at) as shipped_at,
    fulfillments.expected_delivery_at,
    least(fulfillments.delivered_at, delivered_events.delivered_at) as scanned_at,
    fulfillments.cancelled_at
from carried_or_replaced
inner join fulfillments
    on carried_or_replaced.fulfillment_id = fulfillments.fulfillment_id
inner join lines
    on carried_or_replaced.order_line_id = lines.order_line_id
left join delivered_events
    on carried_or_replaced.fulfillment_id = delivered_events.fulfillment_id
