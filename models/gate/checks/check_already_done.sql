-- Sent for its scope, or, for a review, asked or written about the product, or, for an invitation, joined. What a flow wrote that nobody has mapped, and what went to an address
-- that many accounts share, may have been the action: nobody knows.
with

points as (
    select * from {{ ref('int_points') }}
),

unmapped as (
    select
        points.point_id,
        max(messages.sent_at) as sent_at
    from points
    inner join {{ ref('int_messages') }} as messages
        on points.person_id = messages.person_id and points.ordered_at <= messages.sent_at
    where
        messages.is_unmapped
        and {{ post_purchase_gate.was_sent('messages', 'points.point_at') }}
        and coalesce(points.message_id, '') <> messages.message_id
    group by points.point_id
),

-- joined what it invites to, or something that nobody can tell
memberships as (
    select
        points.point_id,
        catalogue.action,
        memberships.unread,
        memberships.from_at,
        memberships.customer_id,
        row_number() over (
            partition by points.point_id, catalogue.action
            order by
                case when memberships.unread is null then 0 else 1 end asc,
                memberships.from_at asc,
                memberships.customer_id asc,
                memberships.unread asc
        ) as position
    from {{ ref('int_memberships') }} as memberships
    inner join {{ ref('actions') }} as catalogue
        on coalesce(memberships.programme, catalogue.programme) = catalogue.programme
    inner join points
        on
            memberships.person_id = points.person_id
            and memberships.from_at <= points.point_at
            and memberships.until_at > points.point_at
),

judged as (
    select
        actions.point_id,
        actions.action,
        case
            when sent.message_id like 'lease:%' then 'problem:leased'
            when sent.message_id is not null then 'problem:sent'
            when memberships.point_id is not null and memberships.unread is null then 'problem:joined'
            when reviews.review_id is not null then 'problem:reviewed'
            when reviews.message_id is not null then 'problem:product_asked'
            when not points.knows_messages then 'unknown:' || coalesce(points.unread_messages, 'feed_messages')
            when actions.action = 'review_request' and not points.knows_reviews then 'unknown:' || coalesce(points.unread_reviews, 'feed_reviews')
            when memberships.unread = 'unmapped_programme' then 'unknown:unmapped_programme'
            when memberships.unread is not null then 'unknown:' || memberships.unread
            when unmapped.point_id is not null then 'unknown:unmapped_flow'
            when persons.has_shared_address then 'unknown:shared_address'
            else 'ok'
        end as answer,
        sent.message_id,
        sent.sent_at,
        reviews.review_id,
        reviews.reviewed_at,
        reviews.message_id as ask_message_id,
        reviews.asked_at,
        memberships.customer_id as member_id,
        memberships.from_at as joined_at,
        unmapped.sent_at as unmapped_at
    from {{ ref('int_point_actions') }} as actions
    inner join points
        on actions.point_id = points.point_id
    left join {{ ref('int_sent_before') }} as sent
        on actions.point_id = sent.point_id and actions.action = sent.action
    left join {{ ref('int_review_asks_before') }} as reviews
        -- one key, and no condition on the action beside it: with one the engine compares every point with every other
        on case when actions.action = 'review_request' then actions.point_id end = reviews.point_id
    left join memberships
        on
            actions.point_id = memberships.point_id
            and actions.action = memberships.action
            and memberships.position = 1
    left join unmapped
        on actions.point_id = unmapped.point_id
    inner join {{ ref('int_persons') }} as persons
        on points.customer_id = persons.customer_id
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case answer
            when 'problem:leased' then sent_at
            when 'problem:sent' then sent_at
            when 'problem:joined' then case when joined_at > cast('1900-01-01' as {{ dbt.type_timestamp() }}) then joined_at end
            when 'problem:reviewed' then reviewed_at
            when 'problem:product_asked' then asked_at
            when 'unknown:unmapped_flow' then unmapped_at
        end as since,
        null as clears_at,
        case answer
            when 'problem:reviewed' then 'reviews'
            when 'problem:leased' then 'leases'
            when 'problem:joined' then 'memberships'
            else 'messages'
        end as evidence_table,
        case answer
            when 'problem:leased' then substring(message_id, 7)
            when 'problem:sent' then message_id
            when 'problem:joined' then member_id
            when 'problem:reviewed' then review_id
            when 'problem:product_asked' then ask_message_id
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('already_done', has_action=true) }}
