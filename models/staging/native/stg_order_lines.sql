select
    -- ids
    order_line_id,
    order_id,
    sku,
    product_id,
    replaces_order_line_id,
    parent_order_line_id,
    -- text
    title,
    -- numbers
    quantity,
    unit_price,
    coalesce(discount, 0) as discount,
    units_shipped,
    coalesce(units_removed, 0) as units_removed,
    -- booleans
    is_gift_card,
    requires_shipping,
    -- timestamps
    ship_by,
    _loaded_at
from {{ ref('base_order_lines') }}
where _rejected_reason is null
