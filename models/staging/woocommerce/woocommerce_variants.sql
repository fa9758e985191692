{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- What is sold, by the SKU that it goes by: variations, and products that have none. Some loaders leave out which product a variation is of: the order
-- lines know. A SKU that two have is none by itself, and a blank one is the variant's own.
with

sold as (
    select
        _store,
        variation_id,
        min(product_id) as product_id
    from {{ ref('src_woocommerce__order_line') }}
    where coalesce(variation_id, '0') <> '0' and coalesce(product_id, '0') <> '0'
    group by _store, variation_id
    having min(product_id) = max(product_id)
),

variants as (
    select
        variations._store,
        variations.id as variant_id,
        coalesce(variations.product_id, sold.product_id) as product_id,
        -- a variation without a SKU shows its product's, which is not its own
        variations.sku
    from {{ ref('src_woocommerce__variation') }} as variations
    left join sold
        on variations._store = sold._store and variations.id = sold.variation_id
    union all
    select
        _store,
        id as variant_id,
        id as product_id,
        sku
    from {{ ref('src_woocommerce__product') }}
    where coalesce(lower(type), 'simple') not in ('variable', 'grouped')
),

counted as (
    select
        *,
        count(*) over (partition by _store, lower(sku)) as variants_of_sku
    from variants
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
from counted
