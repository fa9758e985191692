-- Which line took the place of which: a replacement's line answers the line of the same SKU in the order it stands for; an exchange's line
-- answers the line it names, else the parent's line of the same product, else the parent's only line.
with

lines as (
    select * from {{ ref('int_order_lines') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

line_counts as (
    select
        order_id,
        count(*) as lines
    from lines
    group by order_id
),

replacements as (
    select
        old_line.order_line_id as old_order_line_id,
        new_line.order_line_id as new_order_line_id,
        'replacement' as successor_kind
    from lines as new_line
    inner join orders
        on new_line.order_id = orders.order_id
    inner join lines as old_line
        on orders.stands_for_order_id = old_line.order_id and new_line.sku = old_line.sku
    where new_line.order_type = 'replacement'
),

native_exchanges as (
    select
        old_line.order_line_id as old_order_line_id,
        new_line.order_line_id as new_order_line_id,
        'native_exchange' as successor_kind
    from lines as new_line
    inner join lines as old_line
        on new_line.replaces_order_line_id = old_line.order_line_id
    where new_line.order_id = old_line.order_id
),

exchange_candidates as (
    select
        old_line.order_line_id as old_order_line_id,
        new_line.order_line_id as new_order_line_id,
        row_number() over (
            partition by new_line.order_line_id
            order by
                case
                    when new_line.replaces_order_line_id = old_line.order_line_id then 0
                    when new_line.product_id = old_line.product_id then 1
                    else 2
                end,
                old_line.order_line_id
        ) as preference
    from lines as new_line
    inner join orders
        on new_line.order_id = orders.order_id
    inner join lines as old_line
        on orders.parent_order_id = old_line.order_id
    inner join line_counts
        on old_line.order_id = line_counts.order_id
    where
        new_line.order_type = 'exchange'
        and (
            new_line.replaces_order_line_id = old_line.order_line_id
            or (
                new_line.replaces_order_line_id is null
                and (new_line.product_id = old_line.product_id or line_counts.lines = 1)
            )
        )
),

exchanges as (
    select
        old_order_line_id,
        new_order_line_id,
        'exchange' as successor_kind
    from exchange_candidates
    where preference = 1
)

select * from replacements
union all
select * from native_exchanges
union all
select * from exchanges
