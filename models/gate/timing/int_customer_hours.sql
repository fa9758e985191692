-- From when the channel may be used for a customer: in the customer's own time zone, else the store's, else in all zones of the country at once;
-- where neither is known the hours hold in UTC.
with

known_zones as (
    select timezone
    from {{ ref('country_time_zones') }}
    group by timezone
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
        end as zone_set
    from {{ ref('int_accounts') }} as customers
    left join known_zones
        on customers.timezone = known_zones.timezone
)

select
    zone_sets.customer_id,
    coalesce(send_times.send_after, utc_times.send_after) as send_after,
    case when send_times.zone_set is null then utc_times.closes_at else send_times.closes_at end as closes_at,
    case when send_times.zone_set is null then utc_times.reopens_at else send_times.reopens_at end as reopens_at
from zone_sets
cross join utc_times
left join {{ ref('int_send_times') }} as send_times
    on zone_sets.zone_set = send_times.zone_set
