-- A declared SKU has a key even if nobody ordered it yet.
with

skus as (
    select sku
    from {{ ref('int_order_lines') }}
    where sku is not null
    union
    select sku
    from {{ ref('int_pair_relations') }}
    union
    select related_sku as sku
    from {{ ref('int_pair_relations') }}
)

select
    sku,
    cast(row_number() over (order by sku) as integer) as sku_key
from skus
