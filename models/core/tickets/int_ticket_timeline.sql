-- A ticket's status from each event until the next, in runs: a run begins when the ticket is opened, or opened again, and lasts until it is
-- opened anew. Everything but solved, closed and spam is open; a ticket without events has been open since opened_at. Of events of one
-- instant an opening comes last, for a reopening follows what it reopens; at its first instant a ticket is opened before it is solved.
with

tickets as (
    select * from {{ ref('int_tickets') }}
    where not is_merged
),

events as (
    select
        events.ticket_id,
        events.occurred_at,
        events.status,
        events.satisfaction,
        case when events.status in ('solved', 'closed', 'spam') then 0 else 1 end as opens,
        min(events.occurred_at) over (partition by events.ticket_id) as first_event_at
    from {{ ref('stg_ticket_events') }} as events
    inner join tickets
        on events.ticket_id = tickets.ticket_id
),

openings as (
    select
        ticket_id,
        min(occurred_at) as occurred_at
    from (
        select
            ticket_id,
            opened_at as occurred_at
        from tickets
        union all
        select
            ticket_id,
            first_event_at as occurred_at
        from events
    ) as firsts
    group by ticket_id
),

all_events as (
    select
        ticket_id,
        occurred_at,
        'open' as status,
        cast(null as {{ dbt.type_string() }}) as satisfaction,
        1 as opens,
        0 as life_order
    from openings
    where occurred_at is not null
    union all
    select
        events.ticket_id,
        events.occurred_at,
        events.status,
        events.satisfaction,
        events.opens,
        case events.status when 'solved' then 2 when 'closed' then 3 when 'spam' then 4 else 1 end
        + case when events.opens = 1 and events.occurred_at > openings.occurred_at then 10 else 0 end as life_order
    from events
    inner join openings
        on events.ticket_id = openings.ticket_id
),

numbered as (
    select
        *,
        row_number() over (partition by ticket_id order by occurred_at, life_order, status) as event_number
    from all_events
),

with_starts as (
    select
        *,
        case when opens = 1 and coalesce(lag(opens) over (partition by ticket_id order by event_number), 0) = 0 then 1 else 0 end as starts_run
    from numbered
),

runs as (
    select
        *,
        sum(starts_run) over (partition by ticket_id order by event_number rows between unbounded preceding and current row) as run_number,
        sum(case when satisfaction in ('good', 'bad') then 1 else 0 end)
            over (partition by ticket_id order by event_number rows between unbounded preceding and current row) as marks_so_far
    from with_starts
)

select
    ticket_id,
    event_number,
    run_number,
    status,
    opens = 1 as is_open,
    min(occurred_at) over (partition by ticket_id, run_number) as run_opened_at,
    occurred_at,
    lead(occurred_at) over (partition by ticket_id order by event_number) as until_at,
    -- the first solve after it was last open
    min(case when status in ('solved', 'closed') then occurred_at end) over (
        partition by ticket_id, run_number order by event_number rows between unbounded preceding and current row
    ) as solved_at,
    max(case when satisfaction in ('good', 'bad') then satisfaction end) over (partition by ticket_id, marks_so_far) as satisfaction,
    max(case when satisfaction in ('good', 'bad') then occurred_at end) over (
        partition by ticket_id order by event_number rows between unbounded preceding and current row
    ) as marked_at
from runs
