-- Which lines a parcel carries, as far as the source says. Where a parcel lists the bundle alone its parts are with it; where it lists parts and
-- not the bundle, it carries the bundle's share that these parts are. A parcel that lists nothing carries its whole order, until a parcel
-- of the order lists lines; but where the source says that it does not know (lines_known false), only an order of one line, or one that is shipped in whole
-- or by units, tells, and no sooner than its last parcel.
with

parcels as (
    select *
    from {{ ref('int_parcels') }}
    where shipped_at is not null
),

lines as (
    select * from {{ ref('int_order_lines') }}
),

listed as (
    select
        contents.fulfillment_id,
        contents.order_line_id,
        contents.quantity as units
    from {{ ref('stg_fulfillment_lines') }} as contents
    inner join parcels
        on contents.fulfillment_id = parcels.fulfillment_id
),

parts as (
    select
        part.order_line_id,
        part.parent_order_line_id,
        part.quantity,
        parent.quantity as parent_quantity,
        sum(part.quantity) over (partition by part.parent_order_line_id) as parts_quantity
    from lines as part
    inner join lines as parent
        on part.parent_order_line_id = parent.order_line_id and part.order_id = parent.order_id
    where part.order_line_id <> parent.order_line_id
),

listed_parts as (
    select
        listed.fulfillment_id,
        parts.parent_order_line_id,
        sum(listed.units) as units,
        max(parts.parts_quantity) as parts_quantity,
        max(parts.parent_quantity) as parent_quantity
    from listed
    inner join parts
        on listed.order_line_id = parts.order_line_id
    group by listed.fulfillment_id, parts.parent_order_line_id
),

bundles_by_parts as (
    select
        listed_parts.fulfillment_id,
        listed_parts.parent_order_line_id as order_line_id,
        -- rounded up, so that the shares of all parts make a whole
        {{ post_purchase_gate.share_up('listed_parts.parent_quantity * listed_parts.units', 'listed_parts.parts_quantity') }} as units
    from listed_parts
    left join listed
        on listed_parts.fulfillment_id = listed.fulfillment_id and listed_parts.parent_order_line_id = listed.order_line_id
    where listed.order_line_id is null
),

parts_by_bundle as (
    select
        listed.fulfillment_id,
        parts.order_line_id,
        {{ post_purchase_gate.share_up('parts.quantity * listed.units', 'parts.parent_quantity') }} as units
    from listed
    inner join parts
        on listed.order_line_id = parts.parent_order_line_id
    left join listed_parts
        on listed.fulfillment_id = listed_parts.fulfillment_id and parts.parent_order_line_id = listed_parts.parent_order_line_id
    where listed_parts.fulfillment_id is null
),

listing as (
    select fulfillment_id
    from listed
    group by fulfillment_id
),

orders_listing as (
    select
        parcels.order_id,
        min(parcels.shipped_at) as listed_from
    from parcels
    inner join listing
        on parcels.fulfillment_id = listing.fulfillment_id
    group by parcels.order_id
),

silent as (
    select
        parcels.*,
        orders_listing.listed_from
    from parcels
    left join orders_listing
        on parcels.order_id = orders_listing.order_id
    left join listing
        on parcels.fulfillment_id = listing.fulfillment_id
    where listing.fulfillment_id is null
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

by_order as (
    select
        silent.fulfillment_id,
        lines.order_line_id,
        case
            when silent.lines_known or order_sizes.lines <= 1 or lines.units_shipped is null then lines.quantity
            else {{ post_purchase_gate.share_up('lines.units_shipped', 'coalesce(unknown_orders.parcels, 1)') }}
        end as units,
        case
            when silent.lines_known or order_sizes.lines <= 1 then silent.shipped_at
            when lines.units_shipped is not null or lines.fulfillment_status = 'fulfilled'
                then greatest(silent.shipped_at, coalesce(unknown_orders.last_shipped_at, silent.shipped_at))
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
),

carried as (
    {%- for told in ['listed', 'bundles_by_parts', 'parts_by_bundle'] %}
    select
        {{ told }}.fulfillment_id,
        {{ told }}.order_line_id,
        {{ told }}.units,
        true as is_listed,
        parcels.shipped_at as known_from,
        {{ post_purchase_gate.end_of_time() }} as until_at
    from {{ told }}
    inner join parcels
        on {{ told }}.fulfillment_id = parcels.fulfillment_id
    union all
    {%- endfor %}
    select
        fulfillment_id,
        order_line_id,
        units,
        false as is_listed,
        known_from,
        until_at
    from by_order
)

select
    carried.fulfillment_id,
    carried.order_line_id,
    cast(carried.units as decimal(18, 4)) as units,
    carried.is_listed,
    carried.known_from,
    least(carried.until_at, coalesce(parcels.cancelled_at, carried.until_at)) as until_at
from carried
inner join parcels
    on carried.fulfillment_id = parcels.fulfillment_id
