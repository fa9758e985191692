-- The first instant at or after as_of at which the channel is open in every zone of a set: one zone, or all zones of a country. Beside it when the
-- first of them closes again, and when all are open the next time: who asks later than as_of is told by them. Hours may differ by the day of the week.
with

zones as (
    select timezone
    from {{ ref('country_time_zones') }}
    group by timezone
    {{ post_purchase_gate.union_distinct() }}
    select 'UTC' as timezone
    {%- if var('store_timezone', none) %}
    {{ post_purchase_gate.union_distinct() }}
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

hours as (
    select
        {%- for days in ['weekdays', 'saturday', 'sunday'] %}
        max({{ days }}_opens_hour) as {{ days }}_opens_hour,
        max({{ days }}_closes_hour) as {{ days }}_closes_hour,
        {%- endfor %}
        hours_set
    from {{ ref('int_channel_hours') }}
    group by hours_set
),

local_days as (
    select
        zone_sets.zone_set,
        zone_sets.timezone,
        {{ post_purchase_gate.add_days(
            'day_numbers.day_number',
            'cast(' ~ dbt.date_trunc('day', post_purchase_gate.to_local(post_purchase_gate.as_of(), 'zone_sets.timezone')) ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
            as local_day
    from zone_sets
    cross join day_numbers
),

openings as (
    select
        local_days.zone_set,
        hours.hours_set,
        {{ post_purchase_gate.to_utc(
            post_purchase_gate.add_time('hour', post_purchase_gate.hour_of('opens', 'local_days.local_day'), 'local_days.local_day'), 'local_days.timezone') }} as candidate_at
    from local_days
    cross join hours
    {{ post_purchase_gate.union_distinct() }}
    select
        zone_sets.zone_set,
        hours.hours_set,
        {{ post_purchase_gate.as_of() }} as candidate_at
    from zone_sets
    cross join hours
),

local_openings as (
    select
        openings.zone_set,
        openings.hours_set,
        openings.candidate_at,
        {{ post_purchase_gate.to_local('openings.candidate_at', 'zone_sets.timezone') }} as local_at
    from openings
    inner join zone_sets
        on openings.zone_set = zone_sets.zone_set
    where openings.candidate_at >= {{ post_purchase_gate.as_of() }}
),

tested as (
    select
        openings.zone_set,
        openings.hours_set,
        openings.candidate_at,
        min(case
            when
                extract(hour from openings.local_at) >= {{ post_purchase_gate.hour_of('opens', 'openings.local_at') }}
                and extract(hour from openings.local_at) < {{ post_purchase_gate.hour_of('closes', 'openings.local_at') }}
                then 1
            else 0
        end) as is_open_everywhere
    from local_openings as openings
    inner join hours
        on openings.hours_set = hours.hours_set
    group by openings.zone_set, openings.hours_set, openings.candidate_at
),

opened as (
    select
        zone_set,
        hours_set,
        min(candidate_at) as send_after
    from tested
    where is_open_everywhere = 1
    group by zone_set, hours_set
),

opened_locally as (
    select
        opened.zone_set,
        opened.hours_set,
        opened.send_after,
        zone_sets.timezone,
        cast({{ dbt.date_trunc('day', post_purchase_gate.to_local('opened.send_after', 'zone_sets.timezone')) }} as {{ dbt.type_timestamp() }}) as local_day
    from opened
    inner join zone_sets
        on opened.zone_set = zone_sets.zone_set
),

closed as (
    select
        opened.zone_set,
        opened.hours_set,
        opened.send_after,
        min({{ post_purchase_gate.to_utc(
            post_purchase_gate.add_time('hour', post_purchase_gate.hour_of('closes', 'opened.local_day'), 'opened.local_day'), 'opened.timezone') }}) as closes_at
    from opened_locally as opened
    inner join hours
        on opened.hours_set = hours.hours_set
    group by opened.zone_set, opened.hours_set, opened.send_after
)

select
    closed.zone_set,
    closed.hours_set,
    closed.send_after,
    closed.closes_at,
    min(tested.candidate_at) as reopens_at
from closed
left join tested
    on
        closed.zone_set = tested.zone_set
        and closed.hours_set = tested.hours_set
        and closed.closes_at <= tested.candidate_at
        and tested.is_open_everywhere = 1
group by closed.zone_set, closed.hours_set, closed.send_after, closed.closes_at
