-- Every message that is not transactional or service counts as commercial, newsletters included, whatever tool, channel or account of the person
-- it went to.
with

points as (
    select * from {{ ref('int_permission_points') }}
),

messages as (
    select * from {{ ref('int_contacts') }}
    where is_commercial
),

recent as (
    select
        points.point_id,
        points.point_at,
        messages.message_id,
        messages.action,
        messages.sent_at,
        row_number() over (partition by points.point_id order by messages.sent_at desc, messages.message_id desc) as recency
    from points
    inner join messages
        on points.person_id = messages.person_id
    where
        messages.sent_at < points.point_at
        -- a message counts whether it arrived or not, a lease until it is over
        and not coalesce(messages.counts_until <= points.point_at, false)
        and messages.sent_at > {{ post_purchase_gate.add_days(-1 * [var('frequency_window_days'), var('review_min_gap_days')] | max, 'points.point_at') }}
        and (points.message_id is null or points.message_id <> messages.message_id)
),

counted as (
    select
        point_id,
        sum(case when sent_at > {{ post_purchase_gate.add_days(-1 * var('frequency_window_days'), 'point_at') }} then 1 else 0 end) as commercial_messages,
        max(sent_at) as last_commercial_at,
        max(case when recency = 1 then message_id end) as last_commercial_id,
        max(case when recency = {{ var('frequency_max_messages') }} then sent_at end) as capping_message_at,
        max(case when action = 'review_request' then sent_at end) as last_review_request_at,
        max(case when action = 'review_request' then message_id end) as last_review_request_id
    from recent
    group by point_id
)

select
    points.point_id,
    coalesce(counted.commercial_messages, 0) as commercial_messages,
    counted.last_commercial_at,
    counted.last_commercial_id,
    counted.capping_message_at,
    counted.last_review_request_at,
    counted.last_review_request_id
from points
left join counted
    on points.point_id = counted.point_id
