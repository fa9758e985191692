-- Reviews by customer and product: the order says who, where the review does not; a review without a SKU is about every product of its order.
with

reviews as (
    select
        reviews.review_id,
        coalesce(reviews.customer_id, orders.customer_id) as customer_id,
        reviews.order_id,
        reviews.sku,
        reviews.submitted_at
    from {{ ref('stg_reviews') }} as reviews
    left join {{ ref('int_orders') }} as orders
        on reviews.order_id = orders.order_id
)

select
    reviews.review_id,
    reviews.customer_id,
    reviews.order_id,
    coalesce(products.product_id, reviews.sku) as product_id,
    reviews.submitted_at
from reviews
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
from reviews
inner join {{ ref('int_order_lines') }} as lines
    on reviews.order_id = lines.order_id
where reviews.sku is null
