-- How many days a parcel usually takes at most (transit_quantile of whole days, rounded up), as known on the day before each
-- day of decision, for lanes with enough deliveries. Days from histograms, so that the cost is linear in deliveries.
with

days as (
    select cast(point_at as date) as decision_date
    from {{ ref('int_instants') }}
    group by cast(point_at as date)
),

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
),

lanes as (
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
        deliveries
    from deliveries
    where country is not null
    union all
    select
        'shop' as basis,
        '*' as carrier,
        '*' as country,
        delivered_date,
        transit_days,
        deliveries
    from deliveries
),

histograms as (
    select
        days.decision_date,
        lanes.basis,
        lanes.carrier,
        lanes.country,
        lanes.transit_days,
        sum(lanes.deliveries) as deliveries
    from days
    inner join lanes
        on lanes.delivered_date < days.decision_date
    group by days.decision_date, lanes.basis, lanes.carrier, lanes.country, lanes.transit_days
),

cumulative as (
    select
        *,
        sum(deliveries) over (
            partition by decision_date, basis, carrier, country order by transit_days
            rows between unbounded preceding and current row
        ) as deliveries_so_far,
        sum(deliveries) over (partition by decision_date, basis, carrier, country) as lane_deliveries
    from histograms
)

select
    decision_date,
    basis,
    carrier,
    country,
    min(transit_days) as transit_days,
    max(lane_deliveries) as deliveries
from cumulative
where
    deliveries_so_far >= {{ var('transit_quantile') }} * lane_deliveries
    and lane_deliveries >= {{ var('transit_min_deliveries') }}
group by decision_date, basis, carrier, country
