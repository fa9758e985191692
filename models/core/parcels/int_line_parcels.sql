-- A replacement's parcels also carry the line that it stands for: their arrival restarts that line's clock.
with

parcels as (
    select * from {{ ref('int_parcels') }}
),

contents as (
    select
        listed.fulfillment_id,
        listed.order_line_id,
        listed.units,
        true as is_listed,
        parcels.shipped_at as known_from,
        {{ post_purchase_gate.end_of_time() }} as until_at
    from {{ ref('int_listed_contents') }} as listed
    inner join parcels
        on listed.fulfillment_id = parcels.fulfillment_id
    union all
    select
        fulfillment_id,
        order_line_id,
        units,
        false as is_listed,
        known_from,
        until_at
    from {{ ref('int_silent_contents') }}
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
    {{ post_purchase_gate.least() }}(carried.until_at, coalesce(parcels.cancelled_at, carried.until_at)) as until_at,
    parcels.expected_delivery_at,
    parcels.delivered_at as scanned_at,
    parcels.cancelled_at
from carried
inner join parcels
    on carried.fulfillment_id = parcels.fulfillment_id
