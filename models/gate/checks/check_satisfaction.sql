with

answers as (
    select
        points.point_id,
        case
            when not points.knows_tickets then 'unknown'
            when
                tickets.last_mark = 'bad'
                and {{ post_purchase_gate.add_days(var('satisfaction_days'), 'tickets.last_marked_at') }} > points.point_at
                then 'waiting'
            else 'ok'
        end as state,
        case when points.knows_tickets then 'bad_mark' else 'feed_tickets' end as detail,
        case when points.knows_tickets then tickets.last_marked_at end as since,
        case when points.knows_tickets then {{ post_purchase_gate.add_days(var('satisfaction_days'), 'tickets.last_marked_at') }} end as clears_at,
        'tickets' as evidence_table,
        case when points.knows_tickets then tickets.marked_ticket_id end as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_ticket_state') }} as tickets
        on points.point_id = tickets.point_id
)

{{ post_purchase_gate.check_answers('satisfaction') }}
