-- Renewals are no decision to buy, so they are no order here. Very large orders are bulk: a few of them would make most of all pairs.
with

orders as (
    select
        snapshot_at,
        customer_key,
        order_key,
        ordered_at,
        count(*) as lines
    from {{ ref('int_pair_keyed_lines') }}
    where not is_renewal
    group by snapshot_at, customer_key, order_key, ordered_at
)

select
    snapshot_at,
    customer_key,
    order_key,
    ordered_at,
    cast(lines as integer) as lines,
    cast(row_number() over (partition by snapshot_at, customer_key order by order_key) as integer) as order_number,
    lines > {{ var('pair_max_lines') }} as is_bulk
from orders
