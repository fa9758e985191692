-- Without it probabilities of a rebuy could drift away from what customers do and nobody would see it. Judged with enough rebuys only.
select
    horizon_days,
    recalibrated_ratio
from {{ ref('int_rebuy_calibration') }}
where is_judged and (recalibrated_ratio is null or recalibrated_ratio < 0.9 or recalibrated_ratio > 1.1)
