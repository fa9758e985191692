-- A ticket concerns a line by its line, an order by its order, else every order of the person that is live without it: it revives nothing
-- older. Its state is that of the instant; merged tickets and spam have none.
with

points as (
    select * from {{ ref('int_instants') }}
),

scopes as (
    select * from {{ ref('int_ticket_scopes') }}
),

of_person as (
    select
        points.point_id,
        points.point_at,
        scopes.ticket_id,
        scopes.ticket_scope
    from points
    inner join scopes
        on points.person_id = scopes.person_id
    inner join {{ ref('int_live_spans') }} as spans
        on
            points.order_id = spans.order_id
            and spans.live_from <= points.point_at
            and spans.live_until > points.point_at
    group by points.point_id, points.point_at, scopes.ticket_id, scopes.ticket_scope
),

concerned as (
    select
        points.point_id,
        points.point_at,
        scopes.ticket_id,
        scopes.ticket_scope
    from points
    inner join scopes
        on points.order_line_id = scopes.order_line_id
    union all
    select
        points.point_id,
        points.point_at,
        scopes.ticket_id,
        scopes.ticket_scope
    from points
    inner join scopes
        on points.root_order_id = scopes.root_order_id
    union all
    select * from of_person
),

-- who names an order and a line of it names the line twice
once as (
    select
        point_id,
        point_at,
        ticket_id,
        min(ticket_scope) as ticket_scope
    from concerned
    group by point_id, point_at, ticket_id
)

select
    once.point_id,
    once.ticket_id,
    once.ticket_scope,
    tickets.topic,
    timeline.run_number,
    timeline.run_opened_at as opened_at,
    timeline.is_open,
    timeline.solved_at,
    case when timeline.status in ('solved', 'closed') then timeline.satisfaction end as satisfaction,
    timeline.marked_at
from once
inner join {{ ref('int_ticket_timeline') }} as timeline
    on
        once.ticket_id = timeline.ticket_id
        and timeline.occurred_at <= once.point_at
        and (timeline.until_at is null or timeline.until_at > once.point_at)
inner join {{ ref('int_tickets') }} as tickets
    on once.ticket_id = tickets.ticket_id
where timeline.status <> 'spam'
