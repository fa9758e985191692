{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- The SKU that a variant goes by. One that two variants of a store share is none by itself, and a blank one is the variant's own.
with

variants as (
    select
        _store,
        id as variant_id,
        product_id,
        sku,
        count(*) over (partition by _store, lower(sku)) as variants_of_sku
    from {{ ref('src_shopify__product_variant') }}
)

select
    _store,
    variant_id,
    product_id,
    case
        when sku is null then 'variant-' || _store || '-' || variant_id
        when variants_of_sku > 1 then sku || '|' || variant_id
        else sku
    end as sku
from variants
