{{ config(enabled=post_purchase_gate.uses_connector('okendo')) }}
-- What became of a review does not matter: who has written one is not asked again.
select
    -- ids
    reviews._store || '-okendo-' || reviews.id as review_id,
    links.customer_id,
    links.order_id,
    links.sku,
    reviews.incentive as incentive_id,
    -- text
    reviews.email as reviewer_email,
    'own_site' as destination,
    -- numbers
    reviews.rating,
    -- timestamps
    reviews.submitted_at,
    reviews._loaded_at
from {{ ref('src_okendo__review') }} as reviews
left join {{ ref('connected_reviews') }} as links
    on reviews._store = links._store and reviews.id = links.id and links.connector = 'okendo'
