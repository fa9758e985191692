-- Reviews by product: a review without a SKU is about every product of its order.
select
    reviews.review_id,
    reviews.customer_id,
    reviews.order_id,
    coalesce(products.product_id, reviews.sku) as product_id,
    reviews.submitted_at
from {{ ref('stg_reviews') }} as reviews
left join {{ ref('stg_products') }} as products
    on reviews.sku = products.sku
where reviews.sku is not null
union all
select
    reviews.review_id,
    reviews.customer_id,
    reviews.order_id,
    lines.product_id,
    reviews.submitted_at
from {{ ref('stg_reviews') }} as reviews
inner join {{ ref('int_order_lines') }} as lines
    on reviews.order_id = lines.order_id
where reviews.sku is null
