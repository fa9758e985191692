select
    -- ids
    order_line_id,
    order_id,
    sku,
    replaces_order_line_id,
    -- numbers
    quantity,
    unit_price,
    coalesce(discount, 0) as discount,
    -- timestamps
    _loaded_at
from {{ ref('base_order_lines') }}
where _rejected_reason is null
