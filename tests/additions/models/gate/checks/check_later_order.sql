-- Who has bought again since needs no winning back.
with

later as (
    select
        points.point_id,
        purchases.order_id,
        purchases.ordered_at,
        row_number() over (partition by points.point_id order by purchases.ordered_at, purchases.order_line_id) as position
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_purchases') }} as purchases
        on
            points.person_id = purchases.person_id
            and points.ordered_at < purchases.ordered_at
            and points.point_at >= purchases.ordered_at
            and points.root_order_id <> purchases.root_order_id
    where coalesce(purchases.cancelled_at > points.point_at, true)
),

answers as (
    select
        points.point_id,
        case
            when later.point_id is not null then 'problem'
            when not points.knows_orders then 'unknown'
            else 'ok'
        end as state,
        case when later.point_id is not null then 'ordered_again' else points.unread_orders end as detail,
        later.ordered_at as since,
        null as clears_at,
        'orders' as evidence_table,
        later.order_id as evidence_id
    from {{ ref('int_points') }} as points
    left join later
        on points.point_id = later.point_id and later.position = 1
)

{{ post_purchase_gate.check_answers('later_order') }}
