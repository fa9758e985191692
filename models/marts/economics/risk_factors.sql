-- The model of the risk in force at as_of, for each age of an order, for a person to read. Log-odds add up: intercept, one bin per factor, the category.
with

coefficients as (
    select
        coefficients.age_days,
        coefficients.factor,
        coefficients.bin,
        coefficients.position,
        coefficients.description,
        coefficients.reviews,
        coefficients.negatives,
        coefficients.scorecard_points,
        coefficients.coefficient,
        coefficients.basis
    from {{ ref('int_risk_coefficients') }} as coefficients
    inner join {{ ref('int_snapshots') }} as snapshots
        on coefficients.snapshot_at = snapshots.snapshot_at
    where snapshots.is_current and not coefficients.is_trial
),

categories as (
    select
        categories.age_days,
        'category' as factor,
        categories.category as bin,
        row_number() over (partition by categories.age_days order by categories.category) as position,
        'The category of the product.' as description,
        categories.reviews,
        categories.negatives,
        0 as scorecard_points,
        categories.coefficient,
        'learned' as basis
    from {{ ref('int_risk_categories') }} as categories
    inner join {{ ref('int_snapshots') }} as snapshots
        on categories.snapshot_at = snapshots.snapshot_at
    where snapshots.is_current and not categories.is_trial
),

unioned as (
    select * from coefficients
    union all
    select * from categories
)

select
    -- ids
    {{ post_purchase_gate.text_key(['age_days', 'factor', 'bin']) }} as risk_factor_id,
    {{ post_purchase_gate.as_of() }} as as_of,
    -- text
    cast(factor as {{ dbt.type_string() }}) as factor,
    cast(bin as {{ dbt.type_string() }}) as bin,
    cast(description as {{ dbt.type_string() }}) as description,
    cast(basis as {{ dbt.type_string() }}) as basis,
    -- numbers
    cast(age_days as integer) as age_days,
    cast(position as integer) as position,
    cast(reviews as decimal(18, 2)) as reviews,
    cast(negatives as decimal(18, 2)) as negatives,
    cast(negatives / nullif(reviews, 0) as decimal(9, 6)) as negative_share,
    cast(scorecard_points as decimal(18, 6)) as scorecard_points,
    cast(coefficient as decimal(18, 6)) as coefficient
from unioned
