-- In which hours a channel may be used, by country and region: of the rows that match the closest, the region's before the country's and that of the day
-- before that of all days. Region ? is one that nobody knows: there the strictest rule of the country holds.
with

kinds_of_day as (
    select 'weekdays' as days
    union all
    select 'saturday' as days
    union all
    select 'sunday' as days
),

rules as (
    select
        channel,
        upper(trim(country)) as country,
        upper(trim(region)) as region,
        days,
        opens_hour,
        closes_hour
    from {{ ref('channel_hours') }}
),

places as (
    select
        channel,
        country,
        region
    from rules
    {{ post_purchase_gate.union_distinct() }}
    select
        channel,
        country,
        '*' as region
    from rules
    {{ post_purchase_gate.union_distinct() }}
    select
        channel,
        '*' as country,
        '*' as region
    from {{ ref('channels') }}
),

matched as (
    select
        places.channel,
        places.country,
        places.region,
        kinds_of_day.days,
        rules.opens_hour,
        rules.closes_hour,
        row_number() over (
            partition by places.channel, places.country, places.region, kinds_of_day.days
            order by
                case when rules.country = '*' then 1 else 0 end asc,
                case when rules.region = '*' then 1 else 0 end asc,
                case when rules.days = '*' then 1 else 0 end asc
        ) as closeness
    from places
    cross join kinds_of_day
    left join rules
        on
            places.channel = rules.channel
            and rules.country in (places.country, '*')
            and rules.region in (places.region, '*')
            and rules.days in (kinds_of_day.days, '*')
),

held as (
    select
        channel,
        country,
        region,
        days,
        coalesce(opens_hour, {{ var('channel_opens_hour') }}) as opens_hour,
        coalesce(closes_hour, {{ var('channel_closes_hour') }}) as closes_hour
    from matched
    where closeness = 1
),

with_unknown as (
    select
        channel,
        country,
        region,
        days,
        opens_hour,
        closes_hour
    from held
    union all
    select
        channel,
        country,
        '?' as region,
        days,
        max(opens_hour) as opens_hour,
        -- regions whose hours do not meet leave one hour, the last before the first of them closes
        case when min(closes_hour) > max(opens_hour) then min(closes_hour) else max(opens_hour) + 1 end as closes_hour
    from held
    group by channel, country, days
),

by_place as (
    select
        {%- for days in ['weekdays', 'saturday', 'sunday'] %}
        max(case when days = '{{ days }}' then opens_hour end) as {{ days }}_opens_hour,
        max(case when days = '{{ days }}' then closes_hour end) as {{ days }}_closes_hour,
        {%- endfor %}
        channel,
        country,
        region
    from with_unknown
    group by channel, country, region
)

select
    *,
    {{ dbt.concat([
        'cast(weekdays_opens_hour as ' ~ dbt.type_string() ~ ')', "'-'", 'cast(weekdays_closes_hour as ' ~ dbt.type_string() ~ ')', "' '",
        'cast(saturday_opens_hour as ' ~ dbt.type_string() ~ ')', "'-'", 'cast(saturday_closes_hour as ' ~ dbt.type_string() ~ ')', "' '",
        'cast(sunday_opens_hour as ' ~ dbt.type_string() ~ ')', "'-'", 'cast(sunday_closes_hour as ' ~ dbt.type_string() ~ ')',
    ]) }} as hours_set
from by_place
