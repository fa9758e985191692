{%- set double = post_purchase_gate.type_double() -%}
-- The last past lines with a review, as a score of before would have told their risk at each age: by what the earlier reviews alone teach. Of the snapshot in force.
with

scored as (
    select
        examples.age_days,
        examples.point_id,
        examples.reviews,
        examples.negatives,
        1 / (1 + exp(-1 * cast(sums.log_odds as {{ double }}))) as chance
    from {{ ref('int_risk_examples') }} as examples
    inner join {{ ref('int_risk_sums') }} as sums
        on
            examples.snapshot_at = sums.snapshot_at and examples.is_trial = sums.is_trial
            and examples.point_id = sums.point_id
    where examples.is_judge and not sums.is_point and sums.is_told
)

select
    point_id,
    age_days,
    reviews,
    negatives,
    cast(chance as decimal(9, 6)) as chance,
    ntile(10) over (partition by age_days order by chance asc, point_id asc) as bin
from scored
