select
    -- ids
    sku,
    related_sku,
    -- text
    relation,
    compatibility,
    -- timestamps
    _loaded_at
from {{ ref('base_sku_relations') }}
where _rejected_reason is null
