{{ config(materialized='view') }}
-- The members as the version before the persons showed them, for readers that have not moved yet. A view of what is
-- served, and switched with it.
select
    audience_member_id,
    customer_id,
    audience,
    audience_class,
    action,
    channel,
    email,
    phone,
    first_name,
    skus,
    recommended_sku,
    incentive_id,
    incentive_disclosure,
    in_audience,
    entered_at,
    left_at,
    decision_id,
    order_id,
    due_at,
    expires_at,
    send_after,
    valid_until,
    updated_at,
    row_hash
from {{ ref('audience_members', v=2) }}
