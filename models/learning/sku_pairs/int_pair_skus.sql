-- Which SKUs enter the join, before it: one that few customers bought can prove nothing and only costs.
with

counted as (
    select
        snapshot_at,
        sku_key,
        count(*) as customers,
        sum(case when order_number > 1 then 1 else 0 end) as later_customers,
        sum(purchase_lines) as purchase_lines
    from {{ ref('int_pair_first_purchases') }}
    group by snapshot_at, sku_key
)

select
    counted.snapshot_at,
    counted.sku_key,
    sku_keys.sku,
    coalesce(products.category, 'unknown') as category,
    counted.customers,
    counted.later_customers,
    counted.purchase_lines,
    counted.customers >= {{ var('pair_min_customers') }} as is_used
from counted
inner join {{ ref('int_pair_sku_keys') }} as sku_keys
    on counted.sku_key = sku_keys.sku_key
left join {{ ref('stg_products') }} as products
    on sku_keys.sku = products.sku
