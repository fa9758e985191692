-- How many days a parcel usually takes at most (transit_quantile of whole days, rounded up), as known on the day before each
-- day of decision, for lanes with enough deliveries.
with

days as (
    select cast(point_at as date) as decision_date
    from {{ ref('int_instants') }}
    group by cast(point_at as date)
),

delivery_days as (
    select delivered_date
    from {{ ref('int_transit_counts') }}
    group by delivered_date
),

-- a delivery counts from the first day of decision after its own: running sums from there, where a join of every day with all deliveries
-- before it would cost the square of the years
first_days as (
    select
        delivery_days.delivered_date,
        min(days.decision_date) as decision_date
    from delivery_days
    inner join days
        on delivery_days.delivered_date < days.decision_date
    group by delivery_days.delivered_date
),

newly_known as (
    select
        first_days.decision_date,
        lanes.basis,
        lanes.carrier,
        lanes.country,
        lanes.transit_days,
        sum(lanes.deliveries) as deliveries
    from {{ ref('int_transit_counts') }} as lanes
    inner join first_days
        on lanes.delivered_date = first_days.delivered_date
    group by first_days.decision_date, lanes.basis, lanes.carrier, lanes.country, lanes.transit_days
),

cells as (
    select
        basis,
        carrier,
        country,
        transit_days
    from newly_known
    group by basis, carrier, country, transit_days
),

histograms as (
    select
        days.decision_date,
        cells.basis,
        cells.carrier,
        cells.country,
        cells.transit_days,
        sum(coalesce(newly_known.deliveries, 0)) over (
            partition by cells.basis, cells.carrier, cells.country, cells.transit_days order by days.decision_date
            rows between unbounded preceding and current row
        ) as deliveries
    from cells
    cross join days
    left join newly_known
        on
            days.decision_date = newly_known.decision_date
            and cells.basis = newly_known.basis
            and cells.carrier = newly_known.carrier
            and cells.country = newly_known.country
            and cells.transit_days = newly_known.transit_days
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
    where deliveries > 0
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
