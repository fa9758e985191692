with

blocked as (
    select
        feeds.feed,
        {{ post_purchase_gate.ordered_list('checks.check_name', 'checks.check_name') }} as checks_blocked
    from {{ ref('feed_freshness') }} as feeds
    inner join {{ ref('checks') }} as checks
        on ';' || checks.feeds || ';' like '%;' || feeds.feed || ';%'
    group by feeds.feed
)

select
    cast(judged.feed as {{ dbt.type_string() }}) as feed,
    judged.is_connected,
    not judged.is_not_kept as is_kept,
    case when judged.is_connected then judged.loaded_through end as loaded_through,
    cast(judged.max_age_hours as integer) as max_age_hours,
    cast(case when judged.is_connected then judged.age_hours end as decimal(18, 2)) as age_hours,
    cast(judged.state as {{ dbt.type_string() }}) as state,
    cast(judged.reaches_by as {{ dbt.type_string() }}) as reaches_by,
    cast(judged.unnamed_refused_rows as bigint) as unnamed_refused_rows,
    cast(case when judged.state in ('stale', 'not_connected', 'degraded') then blocked.checks_blocked end as {{ dbt.type_string() }}) as checks_blocked,
    cast('{{ post_purchase_gate.build_id() }}' as {{ dbt.type_string() }}) as build_id
from {{ ref('int_feed_states') }} as judged
left join blocked
    on judged.feed = blocked.feed
