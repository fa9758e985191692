-- A replacement's parcels also carry the line that it stands for: their arrival restarts that line's clock.
with

contents as (
    select * from {{ ref('int_parcel_contents') }}
),

carried as (
    select
        *,
        order_line_id as carried_order_line_id,
        false as is_replacement
    from contents
    union all
    select
        contents.fulfillment_id,
        successors.old_order_line_id as order_line_id,
        contents.units,
        contents.is_listed,
        contents.known_from,
        contents.until_at,
        contents.order_line_id as carried_order_line_id,
        true as is_replacement
    from contents
    inner join {{ ref('int_line_successors') }} as successors
        on contents.order_line_id = successors.new_order_line_id
    where successors.successor_kind = 'replacement'
)

select
    carried.order_line_id,
    carried.fulfillment_id,
    carried.carried_order_line_id,
    parcels.carrier,
    parcels.country,
    carried.units,
    carried.is_replacement,
    carried.is_listed,
    parcels.shipped_at,
    carried.known_from,
    carried.until_at,
    parcels.expected_delivery_at,
    parcels.delivered_at as scanned_at,
    parcels.cancelled_at
from carried
inner join {{ ref('int_parcels') }} as parcels
    on carried.fulfillment_id = parcels.fulfillment_id
