-- Scope line: a message without a line covers every line of its order. Scope fulfillment: a message since the news it would tell.
with

candidates as (
    select
        actions.point_id,
        actions.action,
        actions.action_scope,
        actions.due_at,
        points.message_id as audited_message_id,
        points.point_at,
        points.knows_messages,
        points.knows_reviews,
        points.customer_id,
        points.root_order_id,
        points.order_line_id,
        points.product_id
    from {{ ref('int_point_actions') }} as actions
    inner join {{ ref('int_points') }} as points
        on actions.point_id = points.point_id
),

messages as (
    select
        messages.*,
        orders.root_order_id
    from {{ ref('stg_messages') }} as messages
    left join {{ ref('int_orders') }} as orders
        on messages.order_id = orders.order_id
),

sent as (
    select
        candidates.point_id,
        candidates.action,
        max(messages.sent_at) as done_at,
        max(messages.message_id) as done_id
    from candidates
    inner join messages
        on
            candidates.customer_id = messages.customer_id
            and candidates.action = messages.action
            and messages.sent_at < candidates.point_at
    where
        (candidates.audited_message_id is null or candidates.audited_message_id <> messages.message_id)
        and (
            candidates.action_scope = 'customer'
            or (candidates.root_order_id = messages.root_order_id and candidates.action_scope = 'order')
            or (
                candidates.root_order_id = messages.root_order_id and candidates.action_scope = 'line'
                and messages.order_line_id is null
            )
            or (candidates.action_scope = 'line' and candidates.order_line_id = messages.order_line_id)
            or (
                candidates.root_order_id = messages.root_order_id and candidates.action_scope = 'fulfillment'
                and messages.sent_at >= candidates.due_at
                and (messages.order_line_id is null or candidates.order_line_id = messages.order_line_id)
            )
        )
    group by candidates.point_id, candidates.action
),

reviewed as (
    select
        points.point_id,
        min(reviews.submitted_at) as done_at,
        min(reviews.review_id) as done_id
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_reviews') }} as reviews
        on
            points.customer_id = reviews.customer_id
            and points.product_id = reviews.product_id
            and reviews.submitted_at <= points.point_at
    group by points.point_id
),

answers as (
    select
        candidates.point_id,
        candidates.action,
        case
            when sent.done_id is not null or (candidates.action = 'review_request' and reviewed.done_id is not null) then 'problem'
            when not candidates.knows_messages then 'unknown'
            when candidates.action = 'review_request' and not candidates.knows_reviews then 'unknown'
            else 'ok'
        end as state,
        case
            when sent.done_id is not null then 'sent'
            when candidates.action = 'review_request' and reviewed.done_id is not null then 'reviewed'
            when not candidates.knows_messages then 'feed_messages'
            else 'feed_reviews'
        end as detail,
        coalesce(sent.done_at, case when candidates.action = 'review_request' then reviewed.done_at end) as since,
        null as clears_at,
        case when sent.done_id is not null then 'messages' else 'reviews' end as evidence_table,
        coalesce(sent.done_id, case when candidates.action = 'review_request' then reviewed.done_id end) as evidence_id
    from candidates
    left join sent
        on candidates.point_id = sent.point_id and candidates.action = sent.action
    left join reviewed
        on candidates.point_id = reviewed.point_id
)

{{ post_purchase_gate.check_answers('already_done', has_action=true) }}
