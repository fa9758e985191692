with

answers as (
    select
        points.point_id,
        case
            when not points.knows_tickets then 'unknown'
            when tickets.has_open_ticket then 'problem'
            when {{ post_purchase_gate.add_days(var('ticket_cool_off_days'), 'tickets.last_solved_at') }} > points.point_at then 'waiting'
            else 'ok'
        end as state,
        case
            when not points.knows_tickets then 'feed_tickets'
            when tickets.has_open_ticket then 'open'
            else 'cooling_off'
        end as detail,
        case when points.knows_tickets then tickets.since end as since,
        case
            when points.knows_tickets and not tickets.has_open_ticket
                then {{ post_purchase_gate.add_days(var('ticket_cool_off_days'), 'tickets.last_solved_at') }}
        end as clears_at,
        'tickets' as evidence_table,
        case when points.knows_tickets then coalesce(tickets.open_ticket_id, tickets.solved_ticket_id) end as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_ticket_state') }} as tickets
        on points.point_id = tickets.point_id
)

{{ post_purchase_gate.check_answers('ticket') }}
