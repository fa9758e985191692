-- Of persons who had not bought again for so many weeks, how many did within the next 13. Only gaps that were seen for that long; whoever has bought
-- more often before is compared with the like.
{%- set horizon = 13 %}
with

gaps as (
    select
        case when purchase_number >= 3 then 3 else purchase_number end as purchases_so_far,
        cast(floor(gap_days / 7.0) as integer) as gap_weeks,
        cast(floor(seen_days / 7.0) as integer) as seen_weeks
    from {{ ref('int_purchase_gaps') }}
    where seen_days is not null
),

counted as (
    select
        purchases_so_far,
        gap_weeks,
        case when seen_weeks > 156 then 156 else seen_weeks end as seen_weeks,
        count(*) as persons
    from gaps
    group by purchases_so_far, gap_weeks, case when seen_weeks > 156 then 156 else seen_weeks end
),

weeks as (
    {%- for week in range(0, 105) %}
    select {{ week }} as week_number
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    counted.purchases_so_far,
    weeks.week_number,
    sum(counted.persons) as comparable,
    sum(case when counted.gap_weeks < weeks.week_number + {{ horizon }} then counted.persons else 0 end) as returned
from counted
inner join weeks
    on counted.seen_weeks >= weeks.week_number + {{ horizon }} and coalesce(counted.gap_weeks, 999999) >= weeks.week_number
group by counted.purchases_so_far, weeks.week_number
