-- A line's product, and what the catalogue says of it today: by its SKU, else by its product, else by its title, for a SKU may be blank or gone
-- from the catalogue while the product is still there. Letters and blanks around a name do not matter. A product that is gone, too, is still the
-- one that the line names; a SKU of which nothing more is known is a product of its own.
with

products as (
    select * from {{ ref('stg_products') }}
),
{% for key in ['sku', 'product_id', 'title'] %}
by_{{ key }} as (
    select
        lower(trim({{ key }})) as product_key,
        min(coalesce(product_id, sku)) as product_id,
        max(case when is_active then 1 else 0 end) as is_active,
        min(case when is_reviewable then 1 else 0 end) as is_reviewable
    from products
    where {{ key }} is not null
    group by lower(trim({{ key }}))
),
{% endfor %}
found as (
    select
        lines.order_line_id,
        coalesce(lines.is_gift_card, false) as is_gift_card,
        coalesce(by_sku.product_key, by_product_id.product_key, by_title.product_key) as product_key,
        coalesce(by_sku.product_id, by_product_id.product_id, lower(trim(lines.product_id)), by_title.product_id, lines.sku) as product_id,
        coalesce(by_sku.is_active, by_product_id.is_active, by_title.is_active) as is_active,
        coalesce(by_sku.is_reviewable, by_product_id.is_reviewable, by_title.is_reviewable) as is_reviewable
    from {{ ref('stg_order_lines') }} as lines
    left join by_sku
        on lower(trim(lines.sku)) = by_sku.product_key
    left join by_product_id
        on lower(trim(lines.product_id)) = by_product_id.product_key
    left join by_title
        on lower(trim(lines.title)) = by_title.product_key
)

select
    order_line_id,
    product_id,
    product_key is not null as is_known,
    coalesce(is_active, 0) = 1 as is_active,
    not is_gift_card and coalesce(is_reviewable, 1) = 1 as is_reviewable
from found
