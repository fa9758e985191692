-- What each snapshot learns from: the reviews of the days before it, the earlier ones for the coefficients and the last
-- risk_calibration_share of them for the calibration. With too few reviews or negatives nothing is learned and the scorecard is in force.
with

days as (
    select
        snapshots.snapshot_at,
        cast(reviews.submitted_at as date) as review_date,
        sum(cast(reviews.reviews as decimal(18, 6))) as reviews,
        sum(cast(reviews.reviews * reviews.negatives as decimal(18, 6))) as negatives
    from {{ ref('int_snapshots') }} as snapshots
    inner join {{ ref('int_review_points') }} as reviews
        on snapshots.snapshot_at > reviews.submitted_at
    where reviews.submitted_at >= {{ post_purchase_gate.add_days(-1 * var('risk_learning_days'), 'snapshots.snapshot_at') }}
    group by snapshots.snapshot_at, cast(reviews.submitted_at as date)
),

cumulative as (
    select
        *,
        sum(reviews) over (partition by snapshot_at order by review_date rows between unbounded preceding and current row) as reviews_so_far,
        sum(reviews) over (partition by snapshot_at) as all_reviews
    from days
),

totals as (
    select
        snapshot_at,
        sum(reviews) as reviews,
        sum(negatives) as negatives,
        -- the last day whose reviews still belong to the earlier part
        max(case when reviews_so_far <= (1 - {{ var('risk_calibration_share') }}) * all_reviews then review_date end) as coefficients_through
    from cumulative
    group by snapshot_at
)

select
    snapshots.snapshot_at,
    snapshots.is_current,
    cast(coalesce(totals.reviews, 0) as decimal(18, 6)) as reviews,
    cast(coalesce(totals.negatives, 0) as decimal(18, 6)) as negatives,
    totals.coefficients_through,
    coalesce(
        totals.reviews >= {{ var('risk_min_reviews') }} and totals.negatives >= {{ var('risk_min_negatives') }}
        and totals.coefficients_through is not null, false
    ) as is_learned
from {{ ref('int_snapshots') }} as snapshots
left join totals
    on snapshots.snapshot_at = totals.snapshot_at
