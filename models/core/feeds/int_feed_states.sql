-- Whether a feed may be believed when it says nothing.
select
    feeds.*,  -- noqa: AM04
    {{ post_purchase_gate.days_between('feeds.loaded_through', post_purchase_gate.as_of()) }} * 24 as age_hours,
    case
        when feeds.is_not_kept then 'not_kept'
        when not feeds.is_connected then 'not_connected'
        when
            coalesce(feeds.loaded_through < {{ post_purchase_gate.add_time('hour', '-1 * feeds.max_age_hours', post_purchase_gate.as_of()) }}, true)
            then 'stale'
        when feeds.is_degraded then 'degraded'
        else 'fresh'
    end as state
from {{ ref('int_feed_status') }} as feeds
