-- Whoever asks where one line of an order is asks about the parcels of the order. A ticket that names no order speaks of parcels of the last
-- not_received_days that had not been scanned as delivered, or that were delivered less long before it. Opened again, it still speaks of them.
with

tickets as (
    select *
    from {{ ref('int_point_tickets') }}
    where topic in ('not_received', 'shipping')
),

openings as (
    select
        ticket_id,
        run_opened_at as opened_at
    from {{ ref('int_ticket_timeline') }}
    group by ticket_id, run_opened_at
),

-- a ticket of a person counts for what it may speak of
spoken_of as (
    select
        tickets.point_id,
        tickets.ticket_id
    from tickets
    inner join openings
        on tickets.ticket_id = openings.ticket_id
    inner join {{ ref('int_parcel_evidence') }} as parcels
        on tickets.point_id = parcels.point_id
    where
        tickets.ticket_scope not in ('line', 'order')
        and openings.opened_at <= parcels.point_at
        and parcels.shipped_at <= openings.opened_at
        and (
            (
                parcels.scanned_at <= openings.opened_at
                and parcels.scanned_at > {{ post_purchase_gate.add_days(-1 * var('not_received_days'), 'openings.opened_at') }}
            )
            or (
                coalesce(parcels.scanned_at > openings.opened_at, true)
                and parcels.shipped_at > {{ post_purchase_gate.add_days(-1 * var('not_received_days'), 'openings.opened_at') }}
            )
        )
    group by tickets.point_id, tickets.ticket_id
),

heard as (
    select tickets.*
    from tickets
    left join spoken_of
        on tickets.point_id = spoken_of.point_id and tickets.ticket_id = spoken_of.ticket_id
    where tickets.ticket_scope in ('line', 'order') or spoken_of.ticket_id is not null
),

asked as (
    select
        point_id,
        min(case when is_open then opened_at end) as asked_since,
        min(case when is_open and topic = 'not_received' then opened_at end) as not_received_since,
        min(case when is_open and topic = 'not_received' then ticket_id end) as not_received_ticket_id,
        max(case when not is_open and topic = 'not_received' then solved_at end) as not_received_solved_at
    from heard
    group by point_id
),

-- a ticket about another line of the order
asked_beside as (
    select
        points.point_id,
        min(timeline.run_opened_at) as asked_since
    from {{ ref('int_order_lines') }} as lines
    inner join {{ ref('int_ticket_scopes') }} as scopes
        on lines.order_line_id = scopes.order_line_id
    inner join {{ ref('int_tickets') }} as named
        on scopes.ticket_id = named.ticket_id and named.topic in ('not_received', 'shipping')
    inner join {{ ref('int_ticket_timeline') }} as timeline
        on scopes.ticket_id = timeline.ticket_id and timeline.is_open
    inner join {{ ref('int_instants') }} as points
        on
            lines.root_order_id = points.root_order_id
            and lines.order_line_id <> points.order_line_id
            and timeline.occurred_at <= points.point_at
            and (timeline.until_at is null or timeline.until_at > points.point_at)
    group by points.point_id
),

points as (
    select point_id from asked
    {{ post_purchase_gate.union_distinct() }}
    select point_id from asked_beside
)

select
    points.point_id,
    coalesce(asked.asked_since, asked_beside.asked_since) as asked_since,
    asked.not_received_since,
    asked.not_received_ticket_id,
    asked.not_received_solved_at
from points
left join asked
    on points.point_id = asked.point_id
left join asked_beside
    on points.point_id = asked_beside.point_id
