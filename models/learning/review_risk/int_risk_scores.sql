-- The probability of a bad review: the factors and the category of what happened, learned from past lines of that age and calibrated by the last reviews
-- before the point's snapshot. With too few reviews at every age the scorecard speaks alone; where other ages are learned and this one is not, or what
-- was learned of lines still to arrive does not keep, nothing is told. It reads what happened, never what this customer said of it.
with

scored as (
    select
        sums.point_id,
        calibration.high_risk_from,
        calibration.shift + calibration.slope * sums.log_odds as log_odds,
        case
            when calibration.is_learned and sums.is_told then 'learned'
            when not calibration.is_any_age_learned then 'assumed'
            else 'none'
        end as basis
    from {{ ref('int_risk_sums') }} as sums
    inner join {{ ref('int_risk_calibration') }} as calibration
        on sums.snapshot_at = calibration.snapshot_at and sums.age_days = calibration.age_days
    where sums.is_point and not calibration.is_trial
)

select
    point_id,
    case
        when basis <> 'none'
            then cast(1 / (1 + exp(-1 * cast(log_odds as {{ post_purchase_gate.type_double() }}))) as decimal(9, 6))
    end as negative_review_risk_score,
    case when basis <> 'none' then high_risk_from end as high_risk_from,
    basis
from scored
