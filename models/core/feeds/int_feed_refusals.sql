-- How much of a feed's last 90 days was refused and names nobody: what it would have said, of whom, nobody can tell. What happened later
-- was not known.
{%- set since = post_purchase_gate.add_days(-90, post_purchase_gate.as_of()) %}
with

table_rows as (
    {%- for table, row in post_purchase_gate.named_by_rows().items() %}
    select
        '{{ row.feed }}' as feed,
        count(*) as recent_rows
    from {{ ref('base_' ~ table) }}
    where
        coalesce(_rejected_reason, '') <> 'repeat'
        and coalesce({{ post_purchase_gate.row_time(table) if execute else '_loaded_at' }}, {{ since }})
        between {{ since }} and {{ post_purchase_gate.as_of() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

feed_rows as (
    select
        feed,
        sum(recent_rows) as recent_rows
    from table_rows
    group by feed
),

nobody as (
    select
        feed,
        count(*) as unnamed_rows
    from {{ ref('int_refused_facts') }}
    where
        kind = 'nobody'
        and coalesce(happened_or_loaded_at, {{ since }}) between {{ since }} and {{ post_purchase_gate.as_of() }}
    group by feed
),

broken_lines as (
    {{ post_purchase_gate.unreadable_lines() }}
),

broken as (
    select
        table_name as feed,
        count(*) as unnamed_rows
    from broken_lines
    group by table_name
)

select
    feed_rows.feed,
    feed_rows.recent_rows + coalesce(broken.unnamed_rows, 0) as recent_rows,
    coalesce(nobody.unnamed_rows, 0) + coalesce(broken.unnamed_rows, 0) as unnamed_rows
from feed_rows
left join nobody
    on feed_rows.feed = nobody.feed
left join broken
    on feed_rows.feed = broken.feed
