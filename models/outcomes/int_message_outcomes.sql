-- What followed each message, first events only. Events of the message itself count whatever their clock says: they cannot come before it. What was
-- opened or clicked had been delivered, whether the tool says so or not.
with

own_events as (
    select
        message_id,
        min(case when event_type in ('delivered', 'opened', 'clicked') then occurred_at end) as delivered_at,
        min(case when event_type = 'unsubscribed' then occurred_at end) as unsubscribed_at,
        min(case when event_type = 'complained' then occurred_at end) as complained_at
    from {{ ref('stg_message_events') }}
    where event_type in ('delivered', 'opened', 'clicked', 'unsubscribed', 'complained') and occurred_at <= {{ post_purchase_gate.as_of() }}
    group by message_id
),

-- of reviews submitted at one instant the first id speaks
ratings as (
    select
        events.party_id as root_order_id,
        events.occurred_at,
        reviews.rating,
        row_number() over (partition by events.party_id, events.occurred_at order by reviews.review_id) as position
    from {{ ref('int_outcome_events') }} as events
    inner join {{ ref('stg_reviews') }} as reviews
        on events.event_id = reviews.review_id
    where events.party = 'order' and events.event = 'review'
),

first_ratings as (
    select
        root_order_id,
        occurred_at,
        rating
    from ratings
    where position = 1
)

select
    -- ids
    messages.message_id,
    messages.customer_id,
    messages.person_id,
    messages.order_id,
    messages.order_line_id,
    messages.recommended_sku,
    messages.incentive_id,
    -- text
    messages.action,
    messages.channel,
    messages.flow,
    messages.step,
    messages.variant,
    -- numbers
    first_ratings.rating as review_rating,
    -- timestamps
    messages.sent_at,
    own_events.delivered_at,
    followers.second_purchase_at,
    followers.renewal_at,
    followers.refund_requested_at,
    followers.ticket_opened_at,
    own_events.unsubscribed_at,
    own_events.complained_at,
    followers.reviewed_at
from {{ ref('int_messages') }} as messages
inner join {{ ref('int_message_followers') }} as followers
    on messages.message_id = followers.message_id
left join own_events
    on messages.message_id = own_events.message_id
left join first_ratings
    on followers.root_order_id = first_ratings.root_order_id and followers.reviewed_at = first_ratings.occurred_at
