-- The shop's own model of a name that the gate has too.
select
    order_id,
    customer_id
from lake.shop_extract.order_headers
