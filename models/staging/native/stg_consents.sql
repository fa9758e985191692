select
    -- ids
    customer_id,
    store_id,
    -- text
    channel,
    address,
    coalesce(status, 'unknown') as status,
    -- what nobody has a word for permits the least that a consent can
    case when basis = 'unknown' then 'soft_opt_in' else basis end as basis,
    -- timestamps
    occurred_at,
    _loaded_at
from {{ ref('base_consents') }}
where _rejected_reason is null
