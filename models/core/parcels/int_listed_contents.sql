-- Which lines a parcel carries, where the source lists them. Where a parcel lists a bundle alone its parts are with it; where it lists parts and
-- not the bundle, it carries the bundle's share that these parts are: the bundle has left, and come, with its last part.
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

carried as (
    {%- for told in ['listed', 'bundles_by_parts', 'parts_by_bundle'] %}
    select
        fulfillment_id,
        order_line_id,
        units
    from {{ told }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    fulfillment_id,
    order_line_id,
    cast(units as decimal(18, 4)) as units
from carried
