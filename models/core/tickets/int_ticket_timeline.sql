-- A ticket's status from each event until the next. Everything but solved, closed and spam is open; a ticket without
-- events has been open since opened_at. Events of one instant take the order of a ticket's life.
with

events as (
    select
        ticket_id,
        occurred_at,
        status,
        satisfaction,
        case status
            when 'open' then 1 when 'unknown' then 2 when 'pending' then 3 when 'on_hold' then 4
            when 'snoozed' then 5 when 'solved' then 6 when 'closed' then 7 when 'spam' then 8
        end as life_order
    from {{ ref('stg_ticket_events') }}
),

first_events as (
    select
        ticket_id,
        min(occurred_at) as occurred_at
    from events
    group by ticket_id
),

all_events as (
    select
        tickets.ticket_id,
        case when first_events.occurred_at < tickets.opened_at then first_events.occurred_at else tickets.opened_at end as occurred_at,
        'open' as status,
        cast(null as {{ dbt.type_string() }}) as satisfaction,
        0 as life_order
    from {{ ref('stg_tickets') }} as tickets
    left join first_events
        on tickets.ticket_id = first_events.ticket_id
    union all
    select
        ticket_id,
        occurred_at,
        status,
        satisfaction,
        life_order
    from events
),

numbered as (
    select
        *,
        case when status in ('solved', 'closed', 'spam') then 0 else 1 end as opens,
        row_number() over (partition by ticket_id order by occurred_at, life_order) as event_number
    from all_events
),

runs as (
    select
        *,
        sum(opens) over (partition by ticket_id order by event_number rows between unbounded preceding and current row) as run_number,
        sum(case when satisfaction in ('good', 'bad') then 1 else 0 end)
            over (partition by ticket_id order by event_number rows between unbounded preceding and current row) as marks_so_far
    from numbered
)

select
    ticket_id,
    event_number,
    status,
    opens = 1 as is_open,
    occurred_at,
    lead(occurred_at) over (partition by ticket_id order by event_number) as until_at,
    -- the first solve after it was last open
    min(case when opens = 0 then occurred_at end) over (
        partition by ticket_id, run_number order by event_number rows between unbounded preceding and current row
    ) as solved_at,
    max(case when satisfaction in ('good', 'bad') then satisfaction end) over (partition by ticket_id, marks_so_far) as satisfaction,
    max(case when satisfaction in ('good', 'bad') then occurred_at end) over (
        partition by ticket_id order by event_number rows between unbounded preceding and current row
    ) as marked_at
from runs
