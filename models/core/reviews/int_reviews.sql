-- Reviews by person and product: the review says who, or its order, or the address that it was written from, which may be one that was given with
-- an order; a review without a SKU is about every product of its order. A SKU that is no longer in the catalogue is what the person's own lines with it were.
with

reviews as (
    select * from {{ ref('stg_reviews') }}
),

reviewers as (
    select
        reviews.review_id,
        persons.person_id,
        reviews.customer_id
    from reviews
    inner join {{ ref('int_persons') }} as persons
        on reviews.customer_id = persons.customer_id
    union all
    select
        reviews.review_id,
        orders.person_id,
        orders.customer_id
    from reviews
    inner join {{ ref('int_orders') }} as orders
        on reviews.order_id = orders.order_id
    union all
    select
        reviews.review_id,
        addresses.person_id,
        addresses.customer_id
    from reviews
    inner join {{ ref('int_addresses') }} as addresses
        on {{ post_purchase_gate.address_key("'email'", post_purchase_gate.plain_email('reviews.reviewer_email')) }} = addresses.address_key
    union all
    select
        reviews.review_id,
        given.person_id,
        given.customer_id
    from reviews
    inner join {{ ref('int_order_addresses') }} as given
        on {{ post_purchase_gate.address_key("'email'", post_purchase_gate.plain_email('reviews.reviewer_email')) }} = given.address_key
),

persons as (
    select
        review_id,
        person_id,
        min(customer_id) as customer_id
    from reviewers
    group by review_id, person_id
),

-- two lines of one product are one
reviewed_in_order as (
    select
        reviews.review_id,
        lines.product_id
    from reviews
    inner join {{ ref('int_order_lines') }} as lines
        on reviews.order_id = lines.order_id
    where reviews.sku is null
    group by reviews.review_id, lines.product_id
),

bought_since_delisted as (
    select
        reviews.review_id,
        lines.product_id
    from reviews
    inner join persons
        on reviews.review_id = persons.review_id
    inner join {{ ref('int_order_lines') }} as lines
        on persons.person_id = lines.person_id and reviews.sku = lines.sku
    left join {{ ref('stg_products') }} as products
        on reviews.sku = products.sku
    where products.sku is null and lines.product_id <> reviews.sku
    group by reviews.review_id, lines.product_id
),

reviewed as (
    select
        reviews.review_id,
        coalesce(products.product_id, reviews.sku) as product_id
    from reviews
    left join {{ ref('stg_products') }} as products
        on reviews.sku = products.sku
    where reviews.sku is not null
    union all
    select * from reviewed_in_order
    union all
    select * from bought_since_delisted
)

select
    reviews.review_id,
    persons.customer_id,
    persons.person_id,
    reviews.order_id,
    reviewed.product_id,
    reviews.submitted_at
from reviews
inner join reviewed
    on reviews.review_id = reviewed.review_id
inner join persons
    on reviews.review_id = persons.review_id
