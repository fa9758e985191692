with

tickets as (
    select
        tickets.*,
        points.point_at
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

states as (
    select
        point_id,
        max(case when is_open then 1 else 0 end) = 1 as has_open_ticket,
        min(case
            when is_open or solved_at > {{ post_purchase_gate.add_days(-1 * var('ticket_cool_off_days'), 'point_at') }}
                then opened_at
        end) as since,
        max(solved_at) as last_solved_at,
        min(case when is_open then ticket_id end) as open_ticket_id,
        max(case when not is_open then ticket_id end) as solved_ticket_id,
        min(case when is_open then topic end) as open_topic,
        count(*) as tickets
    from tickets
    group by point_id
)

select
    points.point_id,
    coalesce(states.has_open_ticket, false) as has_open_ticket,
    states.since,
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
