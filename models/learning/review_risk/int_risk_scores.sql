-- The probability of a bad review: the factors and the category of what happened, calibrated by the last reviews before the point's snapshot.
-- With too few reviews the scorecard speaks alone. It reads what happened, never what this customer said of it. What is learned is learned when
-- reviews are asked for: an order that has not arrived by then has failed, one that is on its way has not, and of it nothing was learned.
select
    log_odds.point_id,
    cast(
        1 / (1 + exp(-1 * cast(
            calibration.shift + calibration.slope * (log_odds.log_odds + coalesce(categories.coefficient, 0)) as {{ post_purchase_gate.type_double() }}
        ))) as decimal(9, 6)
    ) as negative_review_risk_score,
    calibration.high_risk_from,
    case when calibration.is_learned then 'learned' else 'assumed' end as basis
from {{ ref('int_risk_log_odds') }} as log_odds
inner join {{ ref('int_risk_calibration') }} as calibration
    on log_odds.snapshot_at = calibration.snapshot_at
left join {{ ref('int_risk_categories') }} as categories
    on log_odds.snapshot_at = categories.snapshot_at and log_odds.category = categories.category
where
    log_odds.is_point
    and not (calibration.is_learned and log_odds.arrival in ('not_shipped', 'under_way'))
