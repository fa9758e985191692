-- The first instant at or after as_of at which the channel is open in every zone of a set: one zone, or all zones of a country. Beside it when the
-- first of them closes again, and when all are open the next time: who asks later than as_of is told by them.
with

zones as (
    select timezone
    from {{ ref('country_time_zones') }}
    group by timezone
    union
    select 'UTC' as timezone
    {%- if var('store_timezone', none) %}
    union
    select '{{ var("store_timezone") }}' as timezone
    {%- endif %}
),

zone_sets as (
    select
        {{ dbt.concat(["'zone:'", "timezone"]) }} as zone_set,
        timezone
    from zones
    union all
    select
        {{ dbt.concat(["'country:'", "country"]) }} as zone_set,
        timezone
    from {{ ref('country_time_zones') }}
),

day_numbers as (
    select 0 as day_number
    union all
    select 1 as day_number
    union all
    select 2 as day_number
),

openings as (
    select
        zone_sets.zone_set,
        {{ post_purchase_gate.to_utc(
            post_purchase_gate.add_time('hour', var('channel_opens_hour'), post_purchase_gate.add_days(
                'day_numbers.day_number',
                'cast(' ~ dbt.date_trunc('day', post_purchase_gate.to_local(post_purchase_gate.as_of(), 'zone_sets.timezone')) ~ ' as ' ~ dbt.type_timestamp() ~ ')')),
            'zone_sets.timezone') }} as candidate_at
    from zone_sets
    cross join day_numbers
    union
    select
        zone_set,
        {{ post_purchase_gate.as_of() }} as candidate_at
    from zone_sets
),

tested as (
    select
        openings.zone_set,
        openings.candidate_at,
        min(case
            when
                extract(hour from {{ post_purchase_gate.to_local('openings.candidate_at', 'zone_sets.timezone') }}) >= {{ var('channel_opens_hour') }}
                and extract(hour from {{ post_purchase_gate.to_local('openings.candidate_at', 'zone_sets.timezone') }}) < {{ var('channel_closes_hour') }}
                then 1
            else 0
        end) as is_open_everywhere
    from openings
    inner join zone_sets
        on openings.zone_set = zone_sets.zone_set
    where openings.candidate_at >= {{ post_purchase_gate.as_of() }}
    group by openings.zone_set, openings.candidate_at
),

opened as (
    select
        zone_set,
        min(candidate_at) as send_after
    from tested
    where is_open_everywhere = 1
    group by zone_set
),

closed as (
    select
        opened.zone_set,
        opened.send_after,
        min({{ post_purchase_gate.to_utc(
            post_purchase_gate.add_time('hour', var('channel_closes_hour'),
                'cast(' ~ dbt.date_trunc('day', post_purchase_gate.to_local('opened.send_after', 'zone_sets.timezone')) ~ ' as ' ~ dbt.type_timestamp() ~ ')'),
            'zone_sets.timezone') }}) as closes_at
    from opened
    inner join zone_sets
        on opened.zone_set = zone_sets.zone_set
    group by opened.zone_set, opened.send_after
)

select
    closed.zone_set,
    closed.send_after,
    closed.closes_at,
    min(tested.candidate_at) as reopens_at
from closed
left join tested
    on closed.zone_set = tested.zone_set and closed.closes_at <= tested.candidate_at and tested.is_open_everywhere = 1
group by closed.zone_set, closed.send_after, closed.closes_at
