{%- set unread = post_purchase_gate.unread(['tickets', 'ticket_events']) -%}
{%- set rested_at = post_purchase_gate.add_days(var('ticket_cool_off_days'), 'tickets.last_solved_at') -%}
with

judged as (
    select
        points.point_id,
        tickets.has_open_ticket,
        tickets.since,
        tickets.open_pause_since,
        tickets.cooling_pause_since,
        tickets.open_ticket_id,
        tickets.solved_ticket_id,
        {{ rested_at }} as rested_at,
        case
            when tickets.has_open_ticket then 'problem:open'
            when {{ unread }} is not null then 'unknown:' || {{ unread }}
            when {{ rested_at }} > points.point_at then 'waiting:cooling_off'
            else 'ok:'
        end as general_answer,
        case
            when tickets.has_open_ticket and {{ post_purchase_gate.still_delays('tickets.open_pause_since') }} then 'problem:open'
            when {{ unread }} is not null then 'unknown:' || {{ unread }}
            when {{ rested_at }} > points.point_at and {{ post_purchase_gate.still_delays('tickets.cooling_pause_since') }} then 'waiting:cooling_off'
            else 'ok:'
        end as review_answer
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_ticket_state') }} as tickets
        on points.point_id = tickets.point_id
),

answered as (
    {{ post_purchase_gate.answers_for_reviews_apart('judged') }}
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case
            when answer = 'problem:open' then since
            when answer = 'waiting:cooling_off' then case when has_open_ticket then cooling_pause_since else since end
        end as since,
        case answer when 'problem:open' then open_pause_since when 'waiting:cooling_off' then cooling_pause_since end as pause_since,
        case when answer = 'waiting:cooling_off' then rested_at end as clears_at,
        'tickets' as evidence_table,
        case answer when 'problem:open' then open_ticket_id when 'waiting:cooling_off' then solved_ticket_id end as evidence_id
    from answered
)

{{ post_purchase_gate.check_answers('ticket', has_action=true, has_pause_since=true) }}
