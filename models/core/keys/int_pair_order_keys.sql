-- Numbers in place of ids: what follows joins and groups every line of the shop by person and order, and text costs three times as much.
-- Within a person the key ascends in the order of the orders, whichever account placed them.
with

numbered as (
    select
        order_id,
        person_id,
        row_number() over (order by person_id, ordered_at, order_id) as order_key,
        row_number() over (partition by person_id order by ordered_at, order_id) as order_number
    from {{ ref('int_orders') }}
)

select
    order_id,
    person_id,
    order_key,
    -- the key of the person's first order
    order_key - order_number + 1 as customer_key
from numbered
