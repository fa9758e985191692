-- A cost holds from its day until the next one of the SKU; the last one has no end.
select
    sku,
    landed_cost,
    currency,
    valid_from,
    coalesce(lead(valid_from) over (partition by sku order by valid_from), cast('9999-12-31' as date)) as valid_to
from {{ ref('stg_product_costs') }}
