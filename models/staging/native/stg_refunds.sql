select
    -- ids
    -- a refund of several lines comes in several rows
    replace(_row_key, '|(null)', '') as refund_row_id,
    refund_id,
    order_id,
    order_line_id,
    -- text
    coalesce(reason, 'other') as reason,
    -- numbers
    coalesce(quantity, 0) as quantity,
    amount,
    -- timestamps
    requested_at,
    refunded_at,
    rejected_at,
    _loaded_at
from {{ ref('base_refunds') }}
where _rejected_reason is null
