{%- set unread = post_purchase_gate.unread(['tickets', 'ticket_events']) -%}
{%- set over_at = post_purchase_gate.add_days(var('satisfaction_days'), 'tickets.last_marked_at') -%}
with

judged as (
    select
        points.point_id,
        case
            when {{ unread }} is not null then 'unknown:' || {{ unread }}
            when tickets.last_mark = 'bad' and {{ over_at }} > points.point_at then 'waiting:bad_mark'
            else 'ok:'
        end as answer,
        tickets.last_marked_at,
        {{ over_at }} as over_at,
        tickets.marked_ticket_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_ticket_state') }} as tickets
        on points.point_id = tickets.point_id
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case when answer = 'waiting:bad_mark' then last_marked_at end as since,
        case when answer = 'waiting:bad_mark' then over_at end as clears_at,
        'tickets' as evidence_table,
        case when answer = 'waiting:bad_mark' then marked_ticket_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('satisfaction') }}
