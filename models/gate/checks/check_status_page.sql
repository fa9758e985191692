-- An error is over once the page was seen without one, all that is owed of the order was delivered since, or it lies long enough back. An order
-- and the exchanges that answer it are one; what replaces a line is in the delivery of that line.
{%- set error_until = post_purchase_gate.add_days(var('status_error_days'), 'site.last_status_at') %}
with

arrivals as (
    select
        points.root_order_id,
        points.origin,
        points.point_at,
        max(delivery.delivered_at) as delivered_at,
        max(case when delivery.delivered_at is null and delivery.units_owed > 0 then 1 else 0 end) = 1 as is_awaited
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
    where points.order_type <> 'replacement'
    group by points.root_order_id, points.origin, points.point_at
),

judged as (
    select
        points.point_id,
        points.knows_site_events,
        points.unread_site_events,
        site.last_status_at,
        site.last_status_event_id,
        {{ error_until }} as error_until,
        site.last_status_event = 'status_page_error'
        and {{ error_until }} > points.point_at
        and coalesce(arrivals.is_awaited or arrivals.delivered_at <= site.last_status_at, true) as is_error
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_site_evidence') }} as site
        on points.point_id = site.point_id
    left join arrivals
        on
            points.root_order_id = arrivals.root_order_id
            and points.origin = arrivals.origin
            and points.point_at = arrivals.point_at
),

answers as (
    select
        point_id,
        case when is_error then 'problem' when not knows_site_events then 'unknown' else 'ok' end as state,
        case when is_error then 'error_page' else coalesce(unread_site_events, 'feed_site_events') end as detail,
        case when is_error then last_status_at end as since,
        case when is_error then error_until end as clears_at,
        'site_events' as evidence_table,
        case when is_error then last_status_event_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('status_page') }}
