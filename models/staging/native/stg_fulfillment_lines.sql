select
    -- ids
    fulfillment_id,
    order_line_id,
    -- numbers
    quantity,
    -- timestamps
    _loaded_at
from {{ ref('base_fulfillment_lines') }}
where _rejected_reason is null
