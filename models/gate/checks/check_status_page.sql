-- An error is over once the page was seen without one, the order was delivered since, or it lies long enough back.
{%- set error_until = post_purchase_gate.add_days(var('status_error_days'), 'site.last_status_at') %}
with

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
        and coalesce(delivery.delivered_at <= site.last_status_at, true) as is_error
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_site_evidence') }} as site
        on points.point_id = site.point_id
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
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
