{%- set factors = post_purchase_gate.risk_factors() -%}
{%- set double = post_purchase_gate.type_double() -%}
-- What each bin adds to the log-odds of a bad review, by snapshot and age: learned, or where too little was seen the scorecard's own points.
with

trials as (
    select false as is_trial
    union all
    select true as is_trial
),

learned as (
    {%- for factor in factors %}
    select
        snapshot_at,
        age_days,
        is_trial,
        '{{ factor }}' as factor,
        {{ factor }} as bin,
        sum(reviews) as reviews,
        sum(negatives) as negatives,
        max({{ factor }}_coefficient) as coefficient
    from {{ ref('int_risk_fit') }}
    group by snapshot_at, age_days, is_trial, {{ factor }}
    union all
    {%- endfor %}
    select
        snapshot_at,
        age_days,
        is_trial,
        'intercept' as factor,
        'all' as bin,
        sum(reviews) as reviews,
        sum(negatives) as negatives,
        max(intercept) as coefficient
    from {{ ref('int_risk_fit') }}
    group by snapshot_at, age_days, is_trial
),

bins as (
    select
        bins.factor,
        bins.bin,
        cast(bins.position as integer) as position,
        bins.description,
        cast(coalesce(scorecard.points, 0) as {{ double }}) as points
    from {{ ref('risk_bins') }} as bins
    left join {{ ref('risk_scorecard') }} as scorecard
        on bins.scorecard_factor = scorecard.factor
    union all
    select
        'intercept' as factor,
        'all' as bin,
        0 as position,
        note as description,
        cast(points as {{ double }}) as points
    from {{ ref('risk_scorecard') }}
    where factor = 'intercept'
)

select
    slices.snapshot_at,
    slices.age_days,
    trials.is_trial,
    bins.factor,
    bins.bin,
    bins.position,
    bins.description,
    cast(coalesce(learned.reviews, 0) as decimal(18, 6)) as reviews,
    cast(coalesce(learned.negatives, 0) as decimal(18, 6)) as negatives,
    cast(bins.points as decimal(18, 6)) as scorecard_points,
    cast(coalesce(learned.coefficient, bins.points) as decimal(18, 6)) as coefficient,
    case when learned.reviews > 0 then 'learned' else 'assumed' end as basis
from {{ ref('int_risk_slices') }} as slices
inner join trials
    on slices.is_current or not trials.is_trial
cross join bins
left join learned
    on
        slices.snapshot_at = learned.snapshot_at and slices.age_days = learned.age_days and trials.is_trial = learned.is_trial
        and bins.factor = learned.factor and bins.bin = learned.bin
