-- The order's last status-page event, and the customer's unbroken run of help views (no gap of help_seeking_days) up to the instant.
with

points as (
    select * from {{ ref('int_instants') }}
),

events as (
    select
        events.*,
        orders.root_order_id,
        persons.person_id
    from {{ ref('stg_site_events') }} as events
    left join {{ ref('int_persons') }} as persons
        on events.customer_id = persons.customer_id
    left join {{ ref('int_orders') }} as orders
        on events.order_id = orders.order_id
),

status_pages as (
    select
        points.point_id,
        events.event_id,
        events.event_type,
        events.occurred_at,
        row_number() over (partition by points.point_id order by events.occurred_at desc, events.event_type asc, events.event_id desc) as recency
    from points
    inner join events
        on points.root_order_id = events.root_order_id and events.occurred_at <= points.point_at
    where events.event_type in ('status_page_view', 'status_page_error')
),

help_views as (
    select
        points.point_id,
        events.event_id,
        events.occurred_at
    from points
    inner join events
        on points.root_order_id = events.root_order_id and events.occurred_at <= points.point_at
    where
        events.event_type in ('faq_view', 'troubleshooting_view')
        and events.occurred_at > {{ post_purchase_gate.add_days(-1 * (var('max_pause_days') + var('help_seeking_days')), 'points.point_at') }}
    {{ post_purchase_gate.union_distinct() }}
    select
        points.point_id,
        events.event_id,
        events.occurred_at
    from points
    inner join events
        on points.person_id = events.person_id and points.sku = events.sku and events.occurred_at <= points.point_at
    where
        events.event_type in ('faq_view', 'troubleshooting_view')
        and events.occurred_at > {{ post_purchase_gate.add_days(-1 * (var('max_pause_days') + var('help_seeking_days')), 'points.point_at') }}
),

with_previous as (
    select
        *,
        lag(occurred_at) over (partition by point_id order by occurred_at, event_id) as previous_at
    from help_views
),

help_runs as (
    select
        point_id,
        max(case
            when previous_at is null or occurred_at >= {{ post_purchase_gate.add_days(var('help_seeking_days'), 'previous_at') }}
                then occurred_at
        end) as help_since,
        max(occurred_at) as last_help_at,
        max(event_id) as help_event_id
    from with_previous
    group by point_id
)

select
    points.point_id,
    status_pages.event_type as last_status_event,
    status_pages.event_id as last_status_event_id,
    status_pages.occurred_at as last_status_at,
    help_runs.help_since,
    help_runs.last_help_at,
    help_runs.help_event_id
from points
left join status_pages
    on points.point_id = status_pages.point_id and status_pages.recency = 1
left join help_runs
    on points.point_id = help_runs.point_id
