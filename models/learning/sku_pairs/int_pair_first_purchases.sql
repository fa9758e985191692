-- A later repeat says nothing new about what goes with what: one row per customer and SKU, the first.
select
    orders.snapshot_at,
    orders.customer_key,
    lines.sku_key,
    min(orders.order_number) as order_number,
    min(orders.ordered_at) as ordered_at,
    count(*) as purchase_lines
from {{ ref('int_pair_keyed_lines') }} as lines
inner join {{ ref('int_pair_orders') }} as orders
    on lines.order_key = orders.order_key and lines.snapshot_at = orders.snapshot_at
where not orders.is_bulk
group by orders.snapshot_at, orders.customer_key, lines.sku_key
