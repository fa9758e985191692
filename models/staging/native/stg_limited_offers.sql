select
    -- ids
    offer_id,
    sku,
    -- numbers
    price,
    -- timestamps
    starts_at,
    ends_at,
    _loaded_at
from {{ ref('base_limited_offers') }}
where _rejected_reason is null
