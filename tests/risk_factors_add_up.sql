-- Without it a review could be lost between the bins: at every age each factor's bins hold the same reviews, those of the intercept.
select
    factors.age_days,
    factors.factor,
    sum(factors.reviews) as reviews,
    max(intercepts.reviews) as all_reviews
from {{ post_purchase_gate.built(ref('risk_factors')) }} as factors
inner join {{ post_purchase_gate.built(ref('risk_factors')) }} as intercepts
    on factors.age_days = intercepts.age_days and intercepts.factor = 'intercept'
where factors.factor not in ('intercept', 'category')
group by factors.age_days, factors.factor
having
    abs(sum(factors.reviews) - max(intercepts.reviews)) > 0.2
    or abs(sum(factors.negatives) - max(intercepts.negatives)) > 0.2
