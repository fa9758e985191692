-- From when the channel may be used for a customer: in the customer's own time zone, else the store's, else in all zones of the country at once;
-- where neither is known the hours hold in UTC.
with

known_zones as (
    select timezone
    from {{ ref('country_time_zones') }}
    group by timezone
),

-- a country that has one zone has it everywhere
country_zones as (
    select
        country,
        min(timezone) as timezone
    from {{ ref('country_time_zones') }}
    group by country
    having count(*) = 1
),

utc_times as (
    select
        max(send_after) as send_after,
        max(closes_at) as closes_at,
        max(reopens_at) as reopens_at
    from {{ ref('int_send_times') }}
    where zone_set = 'zone:UTC'
),

zone_sets as (
    select
        customers.customer_id,
        case
            when known_zones.timezone is not null then {{ dbt.concat(["'zone:'", "customers.timezone"]) }}
            {%- if var('store_timezone', none) %}
            else 'zone:{{ var("store_timezone") }}'
            {%- else %}
            else {{ dbt.concat(["'country:'", "customers.country"]) }}
            {%- endif %}
        end as zone_set,
        {%- if var('store_timezone', none) %}
        coalesce(known_zones.timezone, '{{ var("store_timezone") }}') as timezone
        {%- else %}
        coalesce(known_zones.timezone, country_zones.timezone, 'UTC') as timezone
        {%- endif %}
    from {{ ref('int_accounts') }} as customers
    left join known_zones
        on customers.timezone = known_zones.timezone
    left join country_zones
        on customers.country = country_zones.country
)

select
    zone_sets.customer_id,
    zone_sets.timezone,
    coalesce(send_times.send_after, utc_times.send_after) as send_after,
    case when send_times.zone_set is null then utc_times.closes_at else send_times.closes_at end as closes_at,
    case when send_times.zone_set is null then utc_times.reopens_at else send_times.reopens_at end as reopens_at
from zone_sets
cross join utc_times
left join {{ ref('int_send_times') }} as send_times
    on zone_sets.zone_set = send_times.zone_set
