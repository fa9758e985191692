-- What each snapshot learns from, for each age of an order: the reviews of the days before it. The last risk_judge_share of them judge, for people to read,
-- what the earlier ones teach alone; and from which score a learned risk is high. With too few reviews or negatives nothing is learned; where that is so
-- at every age, the scorecard is in force.
with

ages as (
    {%- for age in post_purchase_gate.risk_ages() %}
    select {{ age }} as age_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

days as (
    select
        snapshots.snapshot_at,
        reviews.age_days,
        cast(reviews.submitted_at as date) as review_date,
        sum(cast(reviews.reviews as decimal(18, 6))) as reviews,
        sum(cast(reviews.reviews * reviews.negatives as decimal(18, 6))) as negatives
    from {{ ref('int_snapshots') }} as snapshots
    inner join {{ ref('int_review_points') }} as reviews
        on snapshots.snapshot_at > reviews.known_from
    where reviews.submitted_at >= {{ post_purchase_gate.add_days(-1 * var('risk_learning_days'), 'snapshots.snapshot_at') }}
    group by snapshots.snapshot_at, reviews.age_days, cast(reviews.submitted_at as date)
),

cumulative as (
    select
        *,
        sum(reviews) over (partition by snapshot_at, age_days order by review_date rows between unbounded preceding and current row) as reviews_so_far,
        sum(reviews) over (partition by snapshot_at, age_days) as all_reviews
    from days
),

totals as (
    select
        snapshot_at,
        age_days,
        sum(reviews) as reviews,
        sum(negatives) as negatives,
        -- the last day whose reviews still belong to the earlier part
        max(case when reviews_so_far <= (1 - {{ var('risk_judge_share') }}) * all_reviews then review_date end) as trial_through
    from cumulative
    group by snapshot_at, age_days
),

judged as (
    select
        snapshots.snapshot_at,
        snapshots.is_current,
        ages.age_days,
        cast(coalesce(totals.reviews, 0) as decimal(18, 6)) as reviews,
        cast(coalesce(totals.negatives, 0) as decimal(18, 6)) as negatives,
        totals.trial_through,
        coalesce(
            totals.reviews >= {{ var('risk_min_reviews') }} and totals.negatives >= {{ var('risk_min_negatives') }}
            and totals.trial_through is not null, false
        ) as is_learned
    from {{ ref('int_snapshots') }} as snapshots
    cross join ages
    left join totals
        on snapshots.snapshot_at = totals.snapshot_at and ages.age_days = totals.age_days
)

select
    *,
    max(case when is_learned then 1 else 0 end) over (partition by snapshot_at) = 1 as is_any_age_learned,
    case
        when is_learned then cast({{ post_purchase_gate.least() }}({{ var('risk_threshold') }}, {{ var('risk_lift') }} * negatives / reviews) as decimal(9, 6))
    end as high_risk_from
from judged
