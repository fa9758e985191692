{#- One row per feed: connected or not, and how far its rows reach. What arrived after as_of was not known then. -#}
with

reach as (
    {%- for feed in post_purchase_gate.feeds() %}
    select
        '{{ feed.feed }}' as feed,
        {{ 'true' if post_purchase_gate.is_connected(feed.table) else 'false' }} as is_connected,
        {{ 'true' if feed.feed in post_purchase_gate.list_var('feeds_not_kept') else 'false' }} as is_declared_not_kept,
        {{ 'true' if feed.is_quiet else 'false' }} as is_quiet,
        {{ 'true' if feed.event_times else 'false' }} as has_event_time,
        count(*) as accepted_rows,
        {{ post_purchase_gate.newest_row_at(feed) }} as newest_row_at
    from {{ ref('stg_' ~ feed.table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

spoken as (
    select
        reach.*,
        case
            when feed_loads.loaded_through is not null then feed_loads.loaded_through
            when reach.is_quiet and source_loads.loaded_at is not null then source_loads.loaded_at
            -- what has no event, no load and no word of its loader is as fresh as it can be while its table is there
            when not reach.has_event_time and reach.newest_row_at is null and reach.is_connected then {{ post_purchase_gate.as_of() }}
            else reach.newest_row_at
        end as reaches_to,
        case
            when feed_loads.loaded_through is not null then 'feed_loads'
            when reach.is_quiet and source_loads.loaded_at is not null then 'source'
            when not reach.has_event_time and reach.newest_row_at is null and reach.is_connected then 'table'
            when reach.newest_row_at is not null then 'newest_row'
        end as reaches_by
    from reach
    left join {{ ref('stg_feed_loads') }} as feed_loads
        -- a loader that says it has read what lies ahead says nothing
        on reach.feed = feed_loads.feed and feed_loads.loaded_through <= {{ post_purchase_gate.latest_known() }}
    left join {{ ref('int_source_loads') }} as source_loads
        on reach.feed = source_loads.feed
)

select
    spoken.feed,
    spoken.is_connected,
    -- the owner's word wins over a table that is there and empty, and not over one that has rows
    spoken.is_declared_not_kept and spoken.accepted_rows = 0 as is_not_kept,
    spoken.is_declared_not_kept and spoken.accepted_rows > 0 as is_contradicted,
    case when spoken.reaches_to > {{ post_purchase_gate.as_of() }} then {{ post_purchase_gate.as_of() }} else spoken.reaches_to end as loaded_through,
    case when spoken.is_connected then spoken.reaches_by end as reaches_by,
    -- one bad row proves nothing of a feed; some that name nobody might be about anybody
    coalesce(
        not (spoken.is_declared_not_kept and spoken.accepted_rows = 0)
        and refusals.unnamed_rows >= 5 and refusals.unnamed_rows > {{ var('max_refused_share') }} * refusals.recent_rows,
        false
    ) as is_degraded,
    coalesce(refusals.unnamed_rows, 0) as unnamed_refused_rows,
    cast(feed_freshness.max_age_hours as integer) as max_age_hours
from spoken
left join {{ ref('int_feed_refusals') }} as refusals
    on spoken.feed = refusals.feed
left join {{ ref('feed_freshness') }} as feed_freshness
    on spoken.feed = feed_freshness.feed
