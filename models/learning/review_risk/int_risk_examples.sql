-- The past reviews that a snapshot learns from, each with what was known of its line at each age that is learned.
select
    slices.snapshot_at,
    slices.age_days,
    reviews.point_id,
    cast(reviews.submitted_at as date) > slices.coefficients_through as is_calibration,
    cast(reviews.submitted_at as date) > slices.trial_through as is_judge,
    reviews.submitted_at,
    cast(reviews.reviews as decimal(18, 6)) as reviews,
    cast(reviews.reviews * reviews.negatives as decimal(18, 6)) as negatives,
    {%- for factor in post_purchase_gate.risk_factors() %}
    features.{{ factor }},
    {%- endfor %}
    features.category
from {{ ref('int_risk_slices') }} as slices
inner join {{ ref('int_review_points') }} as reviews
    on slices.age_days = reviews.age_days and slices.snapshot_at > reviews.known_from
inner join {{ ref('int_risk_features') }} as features
    on reviews.point_id = features.point_id
where
    slices.is_learned
    and reviews.submitted_at >= {{ post_purchase_gate.add_days(-1 * var('risk_learning_days'), 'slices.snapshot_at') }}
