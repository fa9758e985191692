{#- The second line behind the gate: each audience before and after this build, against the bounds that the owner set. -#}
{%- set has_history = post_purchase_gate.served_relation('audience_events') is not none -%}
with

sizes as (
    select
        audience,
        sum(case when was_in then 1 else 0 end) as members_before,
        sum(case when is_in then 1 else 0 end) as members_after,
        sum(case when has_entered then 1 else 0 end) as entries,
        sum(case when has_left then 1 else 0 end) as exits
    from {{ ref('int_audience_changes') }}
    group by audience
),

-- the feeds whose silence pauses the action
stale_feeds as (
    select
        holding.action,
        {{ post_purchase_gate.ordered_list('holding.feed', 'holding.feed') }} as stale_feeds
    from (
        select
            matrix.action,
            health.feed
        from {{ ref('int_policy_matrix') }} as matrix
        inner join {{ ref('checks') }} as checks
            on matrix.check_name = checks.check_name
        inner join {{ ref('int_feed_states') }} as health
            on ';' || checks.feeds || ';' like '%;' || health.feed || ';%'
        where matrix.state = 'unknown' and health.state in ('stale', 'not_connected', 'degraded')
        group by matrix.action, health.feed
    ) as holding
    group by holding.action
),

-- an audience that is none any more still has members to let go, and may let them all go at once
audiences as (
    select
        audience,
        audience_class,
        action,
        true as is_kept
    from {{ ref('int_audiences') }}
    union all
    select
        changes.audience,
        changes.audience_class,
        changes.action,
        false as is_kept
    from {{ ref('int_audience_changes') }} as changes
    left join {{ ref('int_audiences') }} as kept
        on changes.audience = kept.audience
    where kept.audience is null
    group by changes.audience, changes.audience_class, changes.action
),

compared as (
    select
        audiences.audience,
        audiences.audience_class,
        audiences.action,
        audiences.is_kept,
        coalesce(sizes.members_before, 0) as members_before,
        coalesce(sizes.members_after, 0) as members_after,
        coalesce(sizes.entries, 0) as entries,
        coalesce(sizes.exits, 0) as exits,
        coalesce(sizes.members_after, 0) - coalesce(sizes.members_before, 0) as change,
        stale_feeds.stale_feeds
    from audiences
    left join sizes
        on audiences.audience = sizes.audience
    left join stale_feeds
        on audiences.action = stale_feeds.action
),

judged as (
    select
        *,
        case
            when not is_kept then null
            when members_before > 0 and members_after = 0 and stale_feeds is not null then 'emptied_on_stale_feed'
            when change >= {{ var('audience_min_change') }} and change > members_before * {{ var('audience_max_growth') }} then 'grew'
            when -1 * change >= {{ var('audience_min_change') }} and -1 * change > members_before * {{ var('audience_max_shrink') }} then 'shrank'
        end as problem
    from compared
)

select
    audience,
    audience_class,
    action,
    members_before,
    members_after,
    entries,
    exits,
    stale_feeds,
    problem,
    case
        when problem is null or {{ 'false' if has_history else 'true' }} then 'holds'
        when {{ 'true' if var('accept_audience_change') else 'false' }} then 'accepted'
        else 'refused'
    end as verdict
from judged
