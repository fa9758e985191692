-- Per line, from when on each feed has something to say of it that could not be read. Few lines: most shops refuse few rows.
{%- set feeds = post_purchase_gate.feeds() %}
with

facts as (
    select
        feed,
        kind,
        thing_id,
        -- what has no readable time may have happened at any
        min(coalesce(happened_at, cast('1900-01-01' as {{ dbt.type_timestamp() }}))) as refused_from
    from {{ ref('int_refused_facts') }}
    where kind <> 'nobody'
    group by feed, kind, thing_id
),

lines as (
    select
        order_line_id,
        root_order_id,
        person_id,
        sku
    from {{ ref('int_order_lines') }}
),

person_facts as (
    select
        persons.person_id,
        facts.feed,
        min(facts.refused_from) as refused_from
    from facts
    inner join {{ ref('int_persons') }} as persons
        on facts.kind = 'customer' and facts.thing_id = persons.customer_id
    group by persons.person_id, facts.feed
),

line_facts as (
    select
        lines.order_line_id,
        facts.feed,
        facts.refused_from
    from facts
    inner join lines
        on facts.kind = 'order' and facts.thing_id = lines.root_order_id
    union all
    select
        facts.thing_id as order_line_id,
        facts.feed,
        facts.refused_from
    from facts
    where facts.kind = 'line'
    union all
    select
        lines.order_line_id,
        person_facts.feed,
        person_facts.refused_from
    from person_facts
    inner join lines
        on person_facts.person_id = lines.person_id
    union all
    select
        lines.order_line_id,
        facts.feed,
        facts.refused_from
    from facts
    inner join lines
        on facts.kind = 'sku' and facts.thing_id = lines.sku
)

select
    {%- for feed in feeds %}
    min(case when feed = '{{ feed.feed }}' then refused_from end) as {{ feed.feed }}_refused_from,
    {%- endfor %}
    min(case when feed = 'customers' then refused_from end) as customers_refused_from,
    order_line_id
from line_facts
group by order_line_id
