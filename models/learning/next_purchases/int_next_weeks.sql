-- A week sees the weeks before it, and nothing of itself: what sold then is known before any trip of the week. Week 0 is the coming trip's.
with

weeks as (
    select
        weeks_ago,
        count(*) as trips
    from {{ ref('int_next_trips') }}
    group by weeks_ago
),

earlier as (
    {{ dbt.generate_series(var('next_popularity_weeks')) }}
)

select
    cast(weeks.weeks_ago - earlier.generated_number as integer) as weeks_ago,
    cast(sum(case when earlier.generated_number <= 2 then weeks.trips else 0 end) as integer) as trips_of_late,
    cast(sum(weeks.trips) as integer) as trips
from weeks
cross join earlier
where weeks.weeks_ago >= earlier.generated_number
group by weeks.weeks_ago - earlier.generated_number
