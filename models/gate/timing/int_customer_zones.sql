-- Whose clock an account lives by: its own time zone, else the store's, else all zones of the country at once; where neither is known, UTC.
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

countries as (
    select country
    from {{ ref('country_time_zones') }}
    group by country
)

select
    customers.customer_id,
    customers.country,
    customers.region,
    case
        when known_zones.timezone is not null then {{ dbt.concat(["'zone:'", "customers.timezone"]) }}
        {%- if var('store_timezone', none) %}
        else 'zone:{{ var("store_timezone") }}'
        {%- else %}
        when countries.country is not null then {{ dbt.concat(["'country:'", "customers.country"]) }}
        else 'zone:UTC'
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
left join countries
    on customers.country = countries.country
