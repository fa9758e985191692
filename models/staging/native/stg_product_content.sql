select
    -- ids
    product_id,
    -- text
    slot,
    locale,
    content,
    -- timestamps
    _loaded_at
from {{ ref('base_product_content') }}
where _rejected_reason is null
