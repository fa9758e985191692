{%- set factors = post_purchase_gate.risk_factors() -%}
-- What the factors of a line add up to under a snapshot's coefficients for the age of its order: of every point, and of the reviews that the snapshot learns from.
-- Before the category.
with

looked_at as (
    select
        points.point_id,
        points.snapshot_at,
        false as is_trial,
        true as is_point
    from {{ ref('int_risk_points') }} as points
    union all
    select
        point_id,
        snapshot_at,
        is_trial,
        false as is_point
    from {{ ref('int_risk_examples') }}
)

select
    looked_at.snapshot_at,
    looked_at.point_id,
    looked_at.is_trial,
    looked_at.is_point,
    features.age_days,
    features.category,
    features.arrival,
    intercepts.coefficient
    {%- for factor in factors %}
    + {{ factor }}_terms.coefficient
    {%- endfor %} as log_odds
from looked_at
inner join {{ ref('int_risk_features') }} as features
    on looked_at.point_id = features.point_id
inner join {{ ref('int_risk_coefficients') }} as intercepts
    on
        looked_at.snapshot_at = intercepts.snapshot_at and features.age_days = intercepts.age_days
        and looked_at.is_trial = intercepts.is_trial and intercepts.factor = 'intercept'
{%- for factor in factors %}
inner join {{ ref('int_risk_coefficients') }} as {{ factor }}_terms
    on
        looked_at.snapshot_at = {{ factor }}_terms.snapshot_at and features.age_days = {{ factor }}_terms.age_days
        and looked_at.is_trial = {{ factor }}_terms.is_trial and {{ factor }}_terms.factor = '{{ factor }}' and features.{{ factor }} = {{ factor }}_terms.bin
{%- endfor %}
