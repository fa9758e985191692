-- Which line of an order took another's place in that order, and since when that is told. Order lines carry no date: a new one is there from the first
-- fact that speaks of it on, as an exchange by an order of its own is there from that order on. Where nothing does, nobody knows since when.
with

lines as (
    select * from {{ ref('stg_order_lines') }}
    where unit_price >= 0
),

exchanges as (
    select
        new_lines.order_line_id as new_order_line_id,
        old_lines.order_line_id as old_order_line_id
    from lines as new_lines
    inner join lines as old_lines
        on new_lines.replaces_order_line_id = old_lines.order_line_id and new_lines.order_id = old_lines.order_id
    where new_lines.order_line_id <> old_lines.order_line_id
),

requests as (
    select
        order_line_id,
        min({{ post_purchase_gate.least() }}(requested_at, refunded_at)) as asked_at
    from {{ ref('stg_refunds') }}
    where reason = 'exchange' and order_line_id is not null
    group by order_line_id
),

parcels as (
    select
        contents.order_line_id,
        min({{ post_purchase_gate.least() }}(fulfillments.shipped_at, events.occurred_at)) as told_at
    from {{ ref('stg_fulfillment_lines') }} as contents
    inner join exchanges
        on contents.order_line_id = exchanges.new_order_line_id
    inner join {{ ref('stg_fulfillments') }} as fulfillments
        on contents.fulfillment_id = fulfillments.fulfillment_id
    left join {{ ref('stg_fulfillment_events') }} as events
        on contents.fulfillment_id = events.fulfillment_id
    group by contents.order_line_id
),

tickets as (
    select
        order_line_id,
        min(opened_at) as told_at
    from {{ ref('stg_tickets') }}
    where order_line_id is not null
    group by order_line_id
)

select
    exchanges.new_order_line_id,
    exchanges.old_order_line_id,
    requests.asked_at,
    {{ post_purchase_gate.least(3) }}(requests.asked_at, parcels.told_at, tickets.told_at) as told_at
from exchanges
left join requests
    on exchanges.old_order_line_id = requests.order_line_id
left join parcels
    on exchanges.new_order_line_id = parcels.order_line_id
left join tickets
    on exchanges.new_order_line_id = tickets.order_line_id
