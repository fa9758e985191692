{%- set unread = post_purchase_gate.unread(['tickets', 'ticket_events']) -%}
with

judged as (
    select
        points.point_id,
        case
            when tickets.has_open_ticket then 'problem:open'
            when {{ unread }} is not null then 'unknown:' || {{ unread }}
            when {{ post_purchase_gate.add_days(var('ticket_cool_off_days'), 'tickets.last_solved_at') }} > points.point_at then 'waiting:cooling_off'
            else 'ok:'
        end as answer,
        tickets.since,
        tickets.pause_since,
        tickets.last_solved_at,
        tickets.open_ticket_id,
        tickets.solved_ticket_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_ticket_state') }} as tickets
        on points.point_id = tickets.point_id
),

answers as (
    select
        point_id,
        split_part(answer, ':', 1) as state,
        split_part(answer, ':', 2) as detail,
        case when answer in ('problem:open', 'waiting:cooling_off') then since end as since,
        case when answer in ('problem:open', 'waiting:cooling_off') then pause_since end as pause_since,
        case
            when answer = 'waiting:cooling_off' then {{ post_purchase_gate.add_days(var('ticket_cool_off_days'), 'last_solved_at') }}
        end as clears_at,
        'tickets' as evidence_table,
        case answer when 'problem:open' then open_ticket_id when 'waiting:cooling_off' then solved_ticket_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('ticket', has_pause_since=true) }}
