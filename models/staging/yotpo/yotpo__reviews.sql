{{ config(enabled=post_purchase_gate.uses_connector('yotpo')) }}
-- What became of a review does not matter: who has written one is not asked again.
select
    -- ids
    reviews._store || '-yotpo-' || reviews.id as review_id,
    links.customer_id,
    links.order_id,
    links.sku,
    case
        when reviews.incentive is not null then reviews.incentive
        when lower(reviews.is_incentivized) in ({{ post_purchase_gate.words_for_yes() }}) then 'incentivized'
    end as incentive_id,
    -- text
    reviews.email as reviewer_email,
    'own_site' as destination,
    -- numbers
    reviews.rating,
    -- timestamps
    reviews.submitted_at,
    reviews._loaded_at
from {{ ref('src_yotpo__review') }} as reviews
left join {{ ref('connected_reviews') }} as links
    on reviews._store = links._store and reviews.id = links.id and links.connector = 'yotpo'
