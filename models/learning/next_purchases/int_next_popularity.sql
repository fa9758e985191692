-- What a week knows of a SKU, in the same weeks before it as int_next_weeks counts trips in.
with

weeks as (
    select
        purchases.sku,
        trips.weeks_ago,
        count(*) as purchases
    from {{ ref('int_next_purchases') }} as purchases
    inner join {{ ref('int_next_trips') }} as trips
        on purchases.customer_id = trips.customer_id and purchases.trip_number = trips.trip_number
    group by purchases.sku, trips.weeks_ago
),

earlier as (
    {{ dbt.generate_series(var('next_popularity_weeks')) }}
)

select
    weeks.sku,
    cast(weeks.weeks_ago - earlier.generated_number as integer) as weeks_ago,
    cast(sum(case when earlier.generated_number <= 2 then weeks.purchases else 0 end) as integer) as purchases_of_late,
    cast(sum(weeks.purchases) as integer) as purchases
from weeks
cross join earlier
where weeks.weeks_ago >= earlier.generated_number
group by weeks.sku, weeks.weeks_ago - earlier.generated_number
