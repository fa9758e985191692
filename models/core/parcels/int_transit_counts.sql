-- How many parcels of each lane took how many whole days, rounded up, by the day on which they came.
with

parcels as (
    select
        fulfillment_id,
        min(carrier) as carrier,
        min(country) as country,
        min(shipped_at) as shipped_at,
        min(scanned_at) as scanned_at
    from {{ ref('int_line_parcels') }}
    where scanned_at is not null and not is_replacement
    group by fulfillment_id
),

deliveries as (
    select
        carrier,
        country,
        cast(scanned_at as date) as delivered_date,
        cast(ceil({{ post_purchase_gate.days_between('shipped_at', 'scanned_at') }}) as integer) as transit_days,
        count(*) as deliveries
    from parcels
    group by
        carrier,
        country,
        cast(scanned_at as date),
        cast(ceil({{ post_purchase_gate.days_between('shipped_at', 'scanned_at') }}) as integer)
)

select
    'lane' as basis,
    carrier,
    country,
    delivered_date,
    transit_days,
    deliveries
from deliveries
where carrier is not null and country is not null
union all
select
    'country' as basis,
    '*' as carrier,
    country,
    delivered_date,
    transit_days,
    sum(deliveries) as deliveries
from deliveries
where country is not null
group by country, delivered_date, transit_days
union all
select
    'shop' as basis,
    '*' as carrier,
    '*' as country,
    delivered_date,
    transit_days,
    sum(deliveries) as deliveries
from deliveries
group by delivered_date, transit_days
