-- Of the tickets of a point: is one open, since when, when was the last solved, and the last mark. The oldest open run is what
-- support has left waiting; the youngest, of those open and of those in their cool-off, is what may delay a review ask.
with

tickets as (
    select
        tickets.*,
        points.point_at,
        tickets.is_open
        or tickets.solved_at > {{ post_purchase_gate.add_days(-1 * var('ticket_cool_off_days'), 'points.point_at') }} as still_counts
    from {{ ref('int_point_tickets') }} as tickets
    inner join {{ ref('int_instants') }} as points
        on tickets.point_id = points.point_id
),

marks as (
    select
        point_id,
        satisfaction,
        marked_at,
        ticket_id,
        row_number() over (partition by point_id order by marked_at desc, ticket_id desc) as recency
    from tickets
    where satisfaction is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by point_id, is_open order by case when is_open then opened_at end asc, solved_at desc, ticket_id asc
        ) as seniority
    from tickets
),

states as (
    select
        point_id,
        max(case when is_open then 1 else 0 end) = 1 as has_open_ticket,
        min(case when is_open then opened_at end) as open_since,
        min(case when still_counts and not is_open then opened_at end) as cooling_since,
        max(case when is_open then opened_at end) as open_pause_since,
        max(case when still_counts and not is_open then opened_at end) as cooling_pause_since,
        max(solved_at) as last_solved_at,
        max(case when is_open and seniority = 1 then ticket_id end) as open_ticket_id,
        max(case when is_open and seniority = 1 then topic end) as open_topic,
        max(case when not is_open and seniority = 1 then ticket_id end) as solved_ticket_id,
        count(*) as tickets
    from ranked
    group by point_id
)

select
    points.point_id,
    coalesce(states.has_open_ticket, false) as has_open_ticket,
    coalesce(states.open_since, states.cooling_since) as since,
    states.open_pause_since,
    states.cooling_pause_since,
    states.last_solved_at,
    states.open_ticket_id,
    states.solved_ticket_id,
    states.open_topic,
    coalesce(states.tickets, 0) as tickets,
    marks.satisfaction as last_mark,
    marks.marked_at as last_marked_at,
    marks.ticket_id as marked_ticket_id
from {{ ref('int_instants') }} as points
left join states
    on points.point_id = states.point_id
left join marks
    on points.point_id = marks.point_id and marks.recency = 1
