-- Which lines a parcel carries that lists none: its whole order, until a parcel of the order lists lines. But where the source says that it does not
-- know (lines_known false), only an order of one line, or one that is shipped in whole or by units, tells, and no sooner than its last
-- parcel. What was exchanged inside the order is not in the parcels before, and what it was exchanged for not in those after.
with

parcels as (
    select * from {{ ref('int_parcels') }}
),

lines as (
    select * from {{ ref('int_order_lines') }}
),

listing as (
    select fulfillment_id
    from {{ ref('stg_fulfillment_lines') }}
    group by fulfillment_id
),

listing_orders as (
    select
        parcels.order_id,
        min(parcels.shipped_at) as listed_from
    from parcels
    inner join listing
        on parcels.fulfillment_id = listing.fulfillment_id
    where parcels.shipped_at is not null
    group by parcels.order_id
),

silent as (
    select
        parcels.*,
        listing_orders.listed_from,
        min(parcels.shipped_at) over (partition by parcels.order_id) as first_shipped_at
    from parcels
    left join listing_orders
        on parcels.order_id = listing_orders.order_id
    left join listing
        on parcels.fulfillment_id = listing.fulfillment_id
    where parcels.shipped_at is not null and listing.fulfillment_id is null
),

order_sizes as (
    select
        order_id,
        sum(case when not is_digital and parent_order_line_id is null and net_amount >= 0 then 1 else 0 end) as lines
    from lines
    group by order_id
),

unknown_orders as (
    select
        order_id,
        count(*) as parcels,
        max(shipped_at) as last_shipped_at
    from silent
    where not lines_known and cancelled_at is null
    group by order_id
),

exchanges as (
    select * from {{ ref('int_native_exchanges') }}
),

given_away as (
    select
        old_order_line_id,
        min(asked_at) as asked_at
    from exchanges
    group by old_order_line_id
)

select
    silent.fulfillment_id,
    lines.order_line_id,
    cast(case
        when silent.lines_known or order_sizes.lines <= 1 or lines.units_shipped is null then lines.quantity
        else {{ post_purchase_gate.share_up('lines.units_shipped', 'coalesce(unknown_orders.parcels, 1)') }}
    end as decimal(18, 4)) as units,
    case
        when silent.lines_known or order_sizes.lines <= 1 then silent.shipped_at
        when lines.units_shipped is not null or lines.fulfillment_status = 'fulfilled'
            then {{ post_purchase_gate.greatest() }}(silent.shipped_at, coalesce(unknown_orders.last_shipped_at, silent.shipped_at))
        else {{ post_purchase_gate.end_of_time() }}
    end as known_from,
    coalesce(silent.listed_from, {{ post_purchase_gate.end_of_time() }}) as until_at
from silent
inner join lines
    on silent.order_id = lines.order_id
inner join order_sizes
    on silent.order_id = order_sizes.order_id
left join unknown_orders
    on silent.order_id = unknown_orders.order_id
left join exchanges
    on lines.order_line_id = exchanges.new_order_line_id
left join given_away
    on lines.order_line_id = given_away.old_order_line_id
where
    -- an exchange that nobody dates came after the first parcel
    (
        exchanges.new_order_line_id is null
        or silent.shipped_at >= exchanges.asked_at
        or (exchanges.asked_at is null and silent.shipped_at > silent.first_shipped_at)
    )
    and (given_away.asked_at is null or silent.shipped_at < given_away.asked_at)
