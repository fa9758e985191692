-- From when a channel may be used for a customer: by its hours in the country and region, on the clock that the customer lives by.
with

channels as (
    select '{{ var("default_channel") }}' as channel
    {{ post_purchase_gate.union_distinct() }}
    select channel
    from {{ ref('int_action_channels') }}
),

known_regions as (
    select
        channel,
        country
    from {{ ref('int_channel_hours') }}
    where region not in ('*', '?')
    group by channel, country
),

placed as (
    select
        zones.customer_id,
        zones.zone_set,
        channels.channel,
        coalesce(zones.country, '*') as country,
        case
            -- a region that has no rule of its own falls under the country's, one that nobody can read under the strictest
            when known_regions.country is null then '*'
            when {{ post_purchase_gate.matches('zones.region_code', '^[A-Z]{2,3}$') }} then zones.region_code
            else '?'
        end as region
    from (
        select
            *,
            replace(upper(trim(region)), coalesce(country, '') || '-', '') as region_code
        from {{ ref('int_customer_zones') }}
    ) as zones
    cross join channels
    left join known_regions
        on channels.channel = known_regions.channel and zones.country = known_regions.country
)

select
    placed.customer_id,
    placed.channel,
    send_times.send_after,
    send_times.closes_at,
    send_times.reopens_at
from placed
left join {{ ref('int_channel_hours') }} as of_region
    on placed.channel = of_region.channel and placed.country = of_region.country and placed.region = of_region.region
left join {{ ref('int_channel_hours') }} as of_country
    on placed.channel = of_country.channel and placed.country = of_country.country and of_country.region = '*'
inner join {{ ref('int_channel_hours') }} as of_all
    on placed.channel = of_all.channel and of_all.country = '*' and of_all.region = '*'
inner join {{ ref('int_send_times') }} as send_times
    on
        placed.zone_set = send_times.zone_set
        and coalesce(of_region.hours_set, of_country.hours_set, of_all.hours_set) = send_times.hours_set
