-- Every past review with a rating, at the ages of its order at which a risk is told (risk_ages): what could be known then is what the risk of a line of
-- that age learns from. Looked at as it was when the review was asked for, an order that had not arrived has failed; of a new order that says nothing.
-- Known from the review's own time plus the age: to learn from whatever lies before a snapshot would leave out the quick reviews of the last orders.
-- A review that names no product is about every line of its order and counts once over all of them; one that names no order is about the customer's
-- last line of the product.
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
    {{ post_purchase_gate.union_distinct() }}
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

counted as (
    select
        *,
        count(*) over (partition by review_id) as lines_reviewed
    from matched
    where preference = 1
),

ages as (
    {%- for age in post_purchase_gate.risk_ages() %}
    select {{ age }} as age_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

placed as (
    select
        counted.review_id,
        counted.order_line_id,
        counted.rating,
        counted.submitted_at,
        counted.lines_reviewed,
        ages.age_days,
        {{ post_purchase_gate.add_days('ages.age_days', 'lines.ordered_at') }} as point_at,
        {{ post_purchase_gate.add_days('ages.age_days', 'counted.submitted_at') }} as known_from
    from counted
    inner join lines
        on counted.order_line_id = lines.order_line_id
    cross join ages
)

select
    {{ dbt.concat(["'review:'", "placed.review_id", "':'", "placed.order_line_id", "':'", "cast(placed.age_days as " ~ dbt.type_string() ~ ")"]) }} as point_id,
    placed.age_days,
    placed.point_at,
    placed.submitted_at,
    placed.known_from,
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
inner join learned
    on placed.known_from < learned.through_at
