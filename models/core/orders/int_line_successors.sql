-- A line of a replacement or exchange order answers the line of its parent that it names, else the one of the same SKU, else of the same
-- product, else the parent's only line; where the parent is a replacement itself, what that one stands for. Several replacements in a row
-- thus all stand for the line that was bought. Of two lines that fit a replacement equally well nobody knows which is meant: it holds for both.
with

lines as (
    select * from {{ ref('int_order_lines') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

-- a discount that is told as a line of its own is no unit
line_counts as (
    select
        order_id,
        count(*) as lines
    from lines
    where net_amount >= 0
    group by order_id
),

answered_orders as (
    select
        order_id,
        parent_order_id as answered_order_id,
        0 as distance
    from orders
    where order_type in ('replacement', 'exchange') and parent_order_id <> order_id
    union all
    select
        order_id,
        stands_for_order_id as answered_order_id,
        10 as distance
    from orders
    where order_type in ('replacement', 'exchange') and stands_for_order_id <> parent_order_id and stands_for_order_id <> order_id
),

candidates as (
    select
        old_line.order_line_id as old_order_line_id,
        new_line.order_line_id as new_order_line_id,
        new_line.order_type as successor_kind,
        case
            when new_line.replaces_order_line_id = old_line.order_line_id then 0
            else answered_orders.distance + case
                when new_line.sku = old_line.sku then 1
                when new_line.product_id = old_line.product_id then 2
                else 3
            end
        end as remoteness
    from lines as new_line
    inner join answered_orders
        on new_line.order_id = answered_orders.order_id
    inner join lines as old_line
        on answered_orders.answered_order_id = old_line.order_id
    inner join line_counts
        on old_line.order_id = line_counts.order_id
    where
        old_line.net_amount >= 0
        and (
            new_line.replaces_order_line_id = old_line.order_line_id
            or new_line.sku = old_line.sku
            or new_line.product_id = old_line.product_id
            or line_counts.lines = 1
        )
),

ranked as (
    select
        *,
        min(remoteness) over (partition by new_order_line_id) as least_remoteness,
        row_number() over (partition by new_order_line_id order by remoteness, old_order_line_id) as preference
    from candidates
),

links as (
    select
        old_order_line_id,
        new_order_line_id,
        successor_kind
    from ranked
    -- one exchanged unit came out of one line
    where remoteness = least_remoteness and (successor_kind = 'replacement' or preference = 1)
    union all
    select
        old_order_line_id,
        new_order_line_id,
        'native_exchange' as successor_kind
    from {{ ref('int_native_exchanges') }}
),

replacements as (
    select
        old_order_line_id,
        new_order_line_id
    from links
    where successor_kind = 'replacement'
)

select
    coalesce(third.old_order_line_id, second.old_order_line_id, links.old_order_line_id) as old_order_line_id,
    links.new_order_line_id,
    links.successor_kind
from links
left join replacements as second
    on links.old_order_line_id = second.new_order_line_id
left join replacements as third
    on second.old_order_line_id = third.new_order_line_id
group by
    coalesce(third.old_order_line_id, second.old_order_line_id, links.old_order_line_id),
    links.new_order_line_id,
    links.successor_kind
