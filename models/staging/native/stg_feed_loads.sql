select
    -- text
    feed,
    -- timestamps
    loaded_through,
    _loaded_at
from {{ ref('base_feed_loads') }}
where _rejected_reason is null
