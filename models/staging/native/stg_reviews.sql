select
    -- ids
    review_id,
    customer_id,
    order_id,
    sku,
    incentive_id,
    -- text
    destination,
    {{ post_purchase_gate.plain_email('reviewer_email') }} as reviewer_email,
    -- numbers
    rating,
    -- timestamps
    submitted_at,
    _loaded_at
from {{ ref('base_reviews') }}
where _rejected_reason is null
