-- The probability of a bad review: the factors and the category of what happened, learned from past lines of that age whose reviews the point's
-- snapshot knows. With too few reviews at every age the scorecard speaks alone; where other ages are learned and this one is not, or what
-- was learned of lines still to arrive does not keep, nothing is told. It reads what happened, never what this customer said of it.
with

scored as (
    select
        sums.point_id,
        slices.high_risk_from,
        sums.log_odds,
        case
            when slices.is_learned and sums.is_told then 'learned'
            when not slices.is_any_age_learned then 'assumed'
            else 'none'
        end as basis
    from {{ ref('int_risk_sums') }} as sums
    inner join {{ ref('int_risk_slices') }} as slices
        on sums.snapshot_at = slices.snapshot_at and sums.age_days = slices.age_days
    where sums.is_point
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
