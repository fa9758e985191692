-- What reviews say of each product, of all its SKUs together.
select
    products.product_key,
    cast(avg(cast(reviews.rating as decimal(18, 4))) as decimal(18, 4)) as rating_average,
    count(*) as ratings
from {{ ref('stg_reviews') }} as reviews
inner join {{ ref('stg_products') }} as products
    on reviews.sku = products.sku
where reviews.rating is not null and reviews.submitted_at <= {{ post_purchase_gate.as_of() }}
group by products.product_key
