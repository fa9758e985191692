select
    -- ids
    payment_id,
    order_id,
    -- text
    status,
    method,
    upper(currency) as currency,
    -- numbers
    amount,
    fee,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_payments') }}
where _rejected_reason is null
