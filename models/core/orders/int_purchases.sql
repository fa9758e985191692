-- What a customer bought: no tests, no replacements. Cancellations, refunds and arrivals are read at the instant, not here.
select
    customer_id,
    person_id,
    sku,
    product_id,
    category,
    order_line_id,
    order_id,
    root_order_id,
    order_type,
    order_total,
    quantity,
    is_digital,
    order_type = 'exchange' or replaces_order_line_id is not null as is_exchanged_in,
    -- what came by an exchange inside an order, as by one of its own
    known_from as ordered_at,
    cancelled_at
from {{ ref('int_order_lines') }}
where order_type <> 'replacement' and not is_test
