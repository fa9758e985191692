{%- set double = post_purchase_gate.type_double() -%}
-- The last past lines with a review, as a score of before would have told their risk at each age: coefficients from the earlier reviews, a calibration from
-- those between, and these, which taught neither. Of the snapshot in force.
with

scored as (
    select
        examples.age_days,
        examples.point_id,
        examples.reviews,
        examples.negatives,
        1 / (1 + exp(-1 * cast(calibration.shift + calibration.slope * sums.log_odds as {{ double }}))) as chance
    from {{ ref('int_risk_examples') }} as examples
    inner join {{ ref('int_snapshots') }} as snapshots
        on examples.snapshot_at = snapshots.snapshot_at
    inner join {{ ref('int_risk_sums') }} as sums
        on examples.snapshot_at = sums.snapshot_at and examples.point_id = sums.point_id
    inner join {{ ref('int_risk_calibration') }} as calibration
        on examples.snapshot_at = calibration.snapshot_at and examples.age_days = calibration.age_days
    where snapshots.is_current and examples.is_judge and not sums.is_point and sums.is_told and calibration.is_trial
)

select
    point_id,
    age_days,
    reviews,
    negatives,
    cast(chance as decimal(9, 6)) as chance,
    ntile(10) over (partition by age_days order by chance asc, point_id asc) as bin
from scored
