{%- set double = post_purchase_gate.type_double() -%}
-- Was the risk right? Past lines that taught it nothing, by age of their order, in ten bins of equal count from the lowest risk told to the highest.
with

bins as (
    select
        age_days,
        bin,
        count(*) as lines,
        cast(sum(reviews) as {{ double }}) as reviews,
        cast({{ post_purchase_gate.exact_sum('reviews * chance') }} as {{ double }}) as expected,
        cast(sum(negatives) as {{ double }}) as observed
    from {{ ref('int_risk_judged') }}
    group by age_days, bin
),

ages as (
    select
        age_days,
        sum(lines) as lines,
        cast({{ post_purchase_gate.exact_sum('abs(expected - observed)') }} as {{ double }}) / sum(reviews) as calibration_error,
        -- the mean distance of a count from its mean: what a score that is right would show among so few
        cast({{ post_purchase_gate.exact_sum('sqrt(expected * (1 - expected / reviews)) * 0.797884560802865') }} as {{ double }})
        / sum(reviews) as calibration_error_by_chance
    from bins
    group by age_days
)

select
    -- ids
    {{ post_purchase_gate.text_key(['bins.age_days', 'bins.bin']) }} as risk_calibration_id,
    {{ post_purchase_gate.as_of() }} as as_of,
    -- numbers
    cast(bins.age_days as integer) as age_days,
    cast(bins.bin as integer) as bin,
    cast(bins.lines as bigint) as lines,
    cast(bins.reviews as decimal(18, 2)) as reviews,
    cast(bins.expected / bins.reviews as decimal(9, 6)) as predicted_share,
    cast(bins.observed / bins.reviews as decimal(9, 6)) as observed_share,
    cast(ages.calibration_error as decimal(9, 6)) as calibration_error,
    cast(ages.calibration_error_by_chance as decimal(9, 6)) as calibration_error_by_chance,
    -- booleans
    ages.lines >= 500 as is_judged
from bins
inner join ages
    on bins.age_days = ages.age_days
