{#- One row per feed: connected or not, and how far its rows reach. Without feed_loads, the newest row at or before as_of speaks. -#}
with

reach as (
    {%- for feed in post_purchase_gate.feeds() %}
    {%- set reached = [] %}
    {%- for column in feed.event_times %}
        {%- do reached.append(
            "max(case when " ~ column ~ " <= " ~ post_purchase_gate.as_of() ~ " then coalesce(_loaded_at, " ~ column ~ ") end)") %}
    {%- endfor %}
    select
        '{{ feed.feed }}' as feed,
        {{ 'true' if post_purchase_gate.connected_relations(feed.table) else 'false' }} as is_connected,
        {{ 'true' if feed.feed in var('feeds_not_kept') else 'false' }} as is_declared_not_kept,
        {{ 'greatest(' ~ reached | join(', ') ~ ')' if reached | length > 1 else reached[0] }} as newest_row_at
    from {{ ref('stg_' ~ feed.table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    reach.feed,
    reach.is_connected,
    reach.is_declared_not_kept and not reach.is_connected as is_not_kept,
    -- what arrived after as_of was not known then
    case
        when coalesce(feed_loads.loaded_through, reach.newest_row_at) > {{ post_purchase_gate.as_of() }} then {{ post_purchase_gate.as_of() }}
        else coalesce(feed_loads.loaded_through, reach.newest_row_at)
    end as loaded_through,
    cast(feed_freshness.max_age_hours as integer) as max_age_hours
from reach
left join {{ ref('stg_feed_loads') }} as feed_loads
    on reach.feed = feed_loads.feed
left join {{ ref('feed_freshness') }} as feed_freshness
    on reach.feed = feed_freshness.feed
