-- Factors and category added up, of points and of reviews, and whether a score may be told from them: of a line that is still to arrive only where what
-- was learned of such lines at its age keeps from month to month.
select
    log_odds.snapshot_at,
    log_odds.point_id,
    log_odds.is_trial,
    log_odds.is_point,
    log_odds.age_days,
    log_odds.log_odds + coalesce(categories.coefficient, 0) as log_odds,
    not {{ post_purchase_gate.is_still_to_arrive('log_odds.arrival') }} or coalesce(drift.is_told, false) as is_told
from {{ ref('int_risk_log_odds') }} as log_odds
left join {{ ref('int_risk_categories') }} as categories
    on
        log_odds.snapshot_at = categories.snapshot_at and log_odds.age_days = categories.age_days
        and log_odds.is_trial = categories.is_trial and log_odds.category = categories.category
left join {{ ref('int_risk_drift') }} as drift
    on
        log_odds.snapshot_at = drift.snapshot_at and log_odds.age_days = drift.age_days
        and log_odds.arrival = drift.arrival
