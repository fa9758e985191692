-- The past reviews that a snapshot learns from, each with what was known of its line at each age that is learned. What is served learns from all of them. Beside
-- it the snapshot in force makes a trial, from the earlier ones alone, which the later ones judge.
with

trials as (
    select false as is_trial
    union all
    select true as is_trial
)

select
    slices.snapshot_at,
    slices.age_days,
    trials.is_trial,
    reviews.point_id,
    trials.is_trial and cast(reviews.submitted_at as date) > slices.trial_through as is_judge,
    reviews.submitted_at,
    cast(reviews.reviews as decimal(18, 6)) as reviews,
    cast(reviews.reviews * reviews.negatives as decimal(18, 6)) as negatives,
    {%- for factor in post_purchase_gate.risk_factors() %}
    features.{{ factor }},
    {%- endfor %}
    features.category
from {{ ref('int_risk_slices') }} as slices
inner join trials
    on slices.is_current or not trials.is_trial
inner join {{ ref('int_review_points') }} as reviews
    on slices.age_days = reviews.age_days and slices.snapshot_at > reviews.known_from
inner join {{ ref('int_risk_features') }} as features
    on reviews.point_id = features.point_id
where
    slices.is_learned
    and reviews.submitted_at >= {{ post_purchase_gate.add_days(-1 * var('risk_learning_days'), 'slices.snapshot_at') }}
