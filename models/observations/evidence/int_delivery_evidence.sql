-- A line is delivered when all the goods that it waits for are here (int_goods_evidence): its own, and what replaces them, whose arrival restarts
-- the clock. A not_received ticket withdraws scan and inference; once it is solved the later of arrival and solve holds.
with

points as (
    select
        points.point_id,
        points.point_at,
        points.order_id,
        points.is_digital,
        points.knows_tickets and points.knows_ticket_events as knows_tickets,
        refunds.units_owed,
        payments.first_captured_at as paid_at
    from {{ ref('int_instants') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
),

-- goods of the line's own that a replacement stands in for are waited for no longer
goods as (
    select
        *,
        is_replacement or units_needed > 0 or units_owed <= 0 as is_awaited
    from {{ ref('int_goods_evidence') }}
),

summed as (
    select
        point_id,
        max(units_owed) as units_owed,
        max(case when not is_replacement then units_needed end) as units_to_ship,
        max(case when not is_replacement then units_shipped end) as units_shipped,
        max(case when not is_replacement then not_shipped_since end) as not_shipped_since,
        min(content_unknown_since) as content_unknown_since,
        max(case when not is_replacement and content_unknown_since is not null then 1 else 0 end) as is_own_content_unknown,
        min(case when is_replacement then not_shipped_since end) as replacement_not_shipped_since,
        min(case when is_replacement and not is_here then ordered_at end) as replacement_since,
        min(case when is_replacement and not is_here then carried_order_line_id end) as replacement_line_id,
        max(case when is_awaited and not is_here then 1 else 0 end) = 0 as is_here,
        max(case when is_awaited then arrived_at end) as arrived_at,
        -- the weakest word of all holds
        case
            when max(case when is_awaited and grade = 'inferred' then 1 else 0 end) = 1 then 'inferred'
            when max(case when is_awaited and grade = 'scan' then 1 else 0 end) = 1 then 'scan'
            else 'pickup'
        end as grade,
        max(case when is_awaited then arrived_fulfillment_id end) as arrived_fulfillment_id,
        min(first_shipped_at) as first_shipped_at,
        max(last_shipped_at) as last_shipped_at,
        max(case when is_awaited and grade = 'inferred' then last_shipped_at end) as presumed_shipped_at,
        max(case when is_awaited then expected_at end) as expected_at,
        min(case when is_awaited then first_expected_at end) as awaited_at,
        case
            when max(case when is_awaited and not is_here and presumed_at is null then 1 else 0 end) = 0
                then max(case when is_awaited and not is_here then presumed_at end)
        end as presumed_at,
        max(last_expected_at) as last_expected_at,
        max(case when is_awaited and has_ready_parcel then 1 else 0 end) = 1 as has_ready_parcel,
        min(failed_since) as failed_since,
        min(failed_event_id) as failed_event_id,
        min(failed_how) as failed_how,
        min(stalled_since) as stalled_since,
        min(overdue_since) as overdue_since,
        min(case when stalled_since is not null or overdue_since is not null then late_fulfillment_id end) as late_fulfillment_id,
        min(exception_since) as exception_since,
        max(exception_pause_since) as exception_pause_since,
        min(exception_event_id) as exception_event_id,
        max(last_exception_at) as last_exception_at,
        min(unmapped_exception_since) as unmapped_exception_since,
        min(unmapped_event_id) as unmapped_event_id,
        min(changes_at) as changes_at,
        max(news_at) as news_at,
        max(news_fulfillment_id) as news_fulfillment_id,
        -- of what left at one instant the last to come ends the news
        case when max(case when is_news_under_way then 1 else 0 end) = 0 then max(news_arrived_at) end as news_arrived_at
    from goods
    group by point_id
),

orders as (
    select
        order_id,
        min(delivered_at) as first_delivered_at
    from {{ ref('int_parcels') }}
    where delivered_at is not null and not coalesce(cancelled_at <= delivered_at, false)
    group by order_id
),

joined as (
    select
        points.*,
        asked.not_received_since,
        asked.not_received_ticket_id,
        asked.not_received_solved_at,
        case when orders.first_delivered_at <= points.point_at then orders.first_delivered_at end as order_first_delivered_at,
        -- without the tickets nobody can say that no one asked where the parcel is
        coalesce(not points.is_digital and not points.knows_tickets and summed.is_here and summed.grade = 'inferred', false) as is_unheard,
        case
            when points.is_digital and points.paid_at is not null then 'digital'
            when points.is_digital or asked.not_received_since is not null or not summed.is_here then null
            when not points.knows_tickets and summed.grade = 'inferred' then null
            -- of what left after the answer nobody has said that it came
            when summed.grade = 'inferred' and asked.not_received_solved_at >= summed.presumed_shipped_at then 'customer'
            else summed.grade
        end as delivery_grade
    from points
    left join summed
        on points.point_id = summed.point_id
    left join {{ ref('int_whereabouts_tickets') }} as asked
        on points.point_id = asked.point_id
    left join orders
        on points.order_id = orders.order_id
)

select
    joined.point_id,
    joined.is_digital,
    cast(coalesce(summed.units_owed, joined.units_owed) as decimal(18, 4)) as units_owed,
    cast(coalesce(summed.units_to_ship, 0) as decimal(18, 4)) as units_to_ship,
    cast(coalesce(summed.units_shipped, 0) as decimal(18, 4)) as units_shipped,
    summed.not_shipped_since,
    summed.content_unknown_since,
    coalesce(summed.is_own_content_unknown = 1, false) as is_own_content_unknown,
    summed.replacement_not_shipped_since,
    summed.replacement_since,
    summed.replacement_line_id,
    summed.first_shipped_at,
    summed.last_shipped_at,
    coalesce(summed.expected_at, summed.last_expected_at) as expected_at,
    summed.awaited_at,
    case when joined.not_received_since is null then summed.presumed_at end as presumed_at,
    coalesce(summed.has_ready_parcel, false) as has_ready_parcel,
    summed.failed_since,
    summed.failed_event_id,
    summed.failed_how,
    summed.stalled_since,
    summed.overdue_since,
    summed.late_fulfillment_id,
    summed.exception_since,
    summed.exception_pause_since,
    summed.exception_event_id,
    summed.last_exception_at,
    summed.unmapped_exception_since,
    summed.unmapped_event_id,
    case when summed.changes_at < {{ post_purchase_gate.end_of_time() }} then summed.changes_at end as changes_at,
    joined.not_received_since,
    joined.not_received_ticket_id,
    joined.is_unheard,
    joined.delivery_grade,
    case
        when joined.delivery_grade = 'digital' then joined.paid_at
        when joined.delivery_grade is null then null
        when joined.not_received_solved_at > summed.arrived_at then joined.not_received_solved_at
        else summed.arrived_at
    end as delivered_at,
    summed.news_fulfillment_id as fulfillment_id,
    summed.news_at,
    summed.news_arrived_at as news_delivered_at,
    case when joined.delivery_grade is not null then summed.arrived_fulfillment_id end as arrived_fulfillment_id,
    joined.order_first_delivered_at
from joined
left join summed
    on joined.point_id = summed.point_id
