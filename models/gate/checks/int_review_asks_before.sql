{{ config(materialized='table') }}
-- Why a point's product needs no review request, whatever its order: the person reviewed it, or was asked about it in the last year. The first
-- review speaks, and of asks the last.
with

points as (
    select points.*  -- noqa: AM04
    from {{ ref('int_points') }} as points
    where coalesce(points.audited_action, 'review_request') = 'review_request'
),

reviewed as (
    select
        points.point_id,
        reviews.review_id,
        reviews.submitted_at,
        row_number() over (partition by points.point_id order by reviews.submitted_at, reviews.review_id) as position
    from points
    inner join {{ ref('int_reviews') }} as reviews
        on
            points.person_id = reviews.person_id
            and points.product_id = reviews.product_id
            and reviews.submitted_at <= points.point_at
),

asked as (
    select
        points.point_id,
        asked.message_id,
        asked.sent_at,
        row_number() over (partition by points.point_id order by asked.sent_at desc, asked.message_id desc) as recency
    from points
    inner join {{ ref('int_asked_products') }} as asked
        on points.person_id = asked.person_id and points.product_id = asked.product_id
    where
        {{ post_purchase_gate.was_sent('asked', 'points.point_at') }}
        and coalesce(points.message_id, '') <> asked.message_id
        and asked.sent_at > {{ post_purchase_gate.add_days(-1 * var('review_ask_again_days'), 'points.point_at') }}
)

select
    points.point_id,
    reviewed.review_id,
    reviewed.submitted_at as reviewed_at,
    asked.message_id,
    asked.sent_at as asked_at
from points
left join reviewed
    on points.point_id = reviewed.point_id and reviewed.position = 1
left join asked
    on points.point_id = asked.point_id and asked.recency = 1
where reviewed.review_id is not null or asked.message_id is not null
