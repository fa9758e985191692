-- Without it a review could be lost between the bins: every factor's bins hold the same reviews, those of the intercept.
select
    factors.factor,
    sum(factors.reviews) as reviews,
    max(intercepts.reviews) as all_reviews
from {{ ref('risk_factors') }} as factors
cross join (
    select
        reviews,
        negatives
    from {{ ref('risk_factors') }}
    where factor = 'intercept'
) as intercepts
where factors.factor not in ('intercept', 'category', 'calibration')
group by factors.factor
having
    abs(sum(factors.reviews) - max(intercepts.reviews)) > 0.2
    or abs(sum(factors.negatives) - max(intercepts.negatives)) > 0.2
