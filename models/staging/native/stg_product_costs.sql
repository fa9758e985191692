select
    -- ids
    sku,
    -- text
    upper(currency) as currency,
    -- numbers
    landed_cost,
    -- dates
    valid_from,
    -- timestamps
    _loaded_at
from {{ ref('base_product_costs') }}
where _rejected_reason is null
