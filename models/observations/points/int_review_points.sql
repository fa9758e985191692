-- Every past review with a rating, at the moment before it was asked for: what could be known then is what the risk learns from. The ask is the
-- last review request before the review, else the review itself. A review that names no product is about every line of its order and
-- counts once over all of them; one that names no order is about the customer's last line of the product.
with

learned as (
    select
        {{ post_purchase_gate.add_days(-1 * var('risk_learning_days'), 'min(snapshot_at)') }} as from_at,
        max(snapshot_at) as through_at
    from {{ ref('int_snapshots') }}
),

reviews as (
    select
        reviews.review_id,
        reviews.order_id,
        reviews.product_id,
        reviews.person_id,
        stg_reviews.rating,
        reviews.submitted_at
    from {{ ref('int_reviews') }} as reviews
    inner join {{ ref('stg_reviews') }} as stg_reviews
        on reviews.review_id = stg_reviews.review_id
    inner join learned
        on reviews.submitted_at >= learned.from_at and reviews.submitted_at < learned.through_at
    where stg_reviews.rating is not null
),

lines as (
    select *
    from {{ ref('int_order_lines') }}
    where order_type <> 'replacement' and not is_test
),

matched as (
    select
        reviews.review_id,
        reviews.rating,
        reviews.submitted_at,
        lines.order_line_id,
        1 as preference
    from reviews
    inner join lines
        on reviews.order_id = lines.order_id and reviews.product_id = lines.product_id
    where lines.ordered_at <= reviews.submitted_at
    union
    select
        reviews.review_id,
        reviews.rating,
        reviews.submitted_at,
        lines.order_line_id,
        row_number() over (partition by reviews.review_id order by lines.ordered_at desc, lines.order_line_id desc) as preference
    from reviews
    inner join lines
        on reviews.person_id = lines.person_id and reviews.product_id = lines.product_id
    where reviews.order_id is null and lines.ordered_at <= reviews.submitted_at
),

asks as (
    select
        matched.review_id,
        matched.order_line_id,
        max(messages.sent_at) as asked_at
    from matched
    inner join {{ ref('int_order_lines') }} as lines
        on matched.order_line_id = lines.order_line_id
    inner join {{ ref('int_messages') }} as messages
        on lines.order_id = messages.order_id and matched.submitted_at >= messages.sent_at
    where
        messages.action = 'review_request'
        and (messages.order_line_id is null or messages.order_line_id = matched.order_line_id)
        and lines.ordered_at <= messages.sent_at
    group by matched.review_id, matched.order_line_id
),

placed as (
    select
        matched.review_id,
        matched.order_line_id,
        matched.rating,
        matched.submitted_at,
        coalesce(asks.asked_at, matched.submitted_at) as point_at,
        count(*) over (partition by matched.review_id) as lines_reviewed
    from matched
    left join asks
        on matched.review_id = asks.review_id and matched.order_line_id = asks.order_line_id
    where matched.preference = 1
)

select
    {{ dbt.concat(["'review:'", "placed.review_id", "':'", "placed.order_line_id"]) }} as point_id,
    placed.point_at,
    placed.submitted_at,
    case when placed.rating <= 2 then 1 else 0 end as negatives,
    cast(1 as {{ post_purchase_gate.type_double() }}) / placed.lines_reviewed as reviews,
    placed.order_line_id,
    lines.order_id,
    lines.root_order_id,
    lines.customer_id,
    lines.person_id,
    lines.sku,
    lines.category,
    lines.quantity,
    lines.net_amount,
    lines.order_total,
    lines.order_type,
    lines.is_digital,
    lines.ordered_at,
    lines.ship_by,
    -- what a feed had not told by then is not kept
    true as knows_fulfillments,
    true as knows_fulfillment_events,
    true as knows_tickets,
    true as knows_ticket_events,
    case when lines.cancelled_at <= placed.point_at then lines.cancelled_at end as cancelled_at
from placed
inner join lines
    on placed.order_line_id = lines.order_line_id
