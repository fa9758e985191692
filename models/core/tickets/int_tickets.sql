-- Every ticket, and the one that it counts as: a merged ticket has no life of its own. A chain of merges is followed in steps that double, up
-- to 32 links; what leads in a circle or to a ticket that nobody has stays its own, for the ticket that would speak for it cannot be read.
with

tickets as (
    select * from {{ ref('stg_tickets') }}
),

links_1 as (
    select
        tickets.ticket_id,
        merged_into.ticket_id as into_ticket_id
    from tickets
    inner join tickets as merged_into
        on tickets.merged_into_ticket_id = merged_into.ticket_id
    where tickets.ticket_id <> merged_into.ticket_id
),
{% for half in [1, 2, 4, 8, 16] %}
links_{{ half * 2 }} as (
    select
        links.ticket_id,
        coalesce(further.into_ticket_id, links.into_ticket_id) as into_ticket_id
    from links_{{ half }} as links
    left join links_{{ half }} as further
        on links.into_ticket_id = further.ticket_id
),
{% endfor %}
merged as (
    select
        links_32.ticket_id,
        links_32.into_ticket_id
    from links_32
    left join links_1
        on links_32.into_ticket_id = links_1.ticket_id
    where links_1.ticket_id is null
)

select
    tickets.ticket_id,
    coalesce(merged.into_ticket_id, tickets.ticket_id) as counts_as_ticket_id,
    merged.ticket_id is not null as is_merged,
    tickets.customer_id,
    tickets.order_id,
    tickets.order_line_id,
    tickets.topic,
    tickets.opened_at
from tickets
left join merged
    on tickets.ticket_id = merged.ticket_id
