-- A declared SKU has a key even if nobody ordered it yet.
with

skus as (
    select sku
    from {{ ref('int_order_lines') }}
    where sku is not null
    {{ post_purchase_gate.union_distinct() }}
    select sku
    from {{ ref('stg_sku_relations') }}
    where sku <> related_sku
    {{ post_purchase_gate.union_distinct() }}
    select related_sku as sku
    from {{ ref('stg_sku_relations') }}
    where sku <> related_sku
)

select
    sku,
    cast(row_number() over (order by sku) as integer) as sku_key
from skus
