-- Observed over expected rebuys per SKU, with ten pseudo-rebuys: which SKUs are used up faster or slower than the curve of all says.
select
    exposures.days_back,
    exposures.sku,
    sum(exposures.rebuys) as observed,
    sum(cast(
        curves.hazard_before + (exposures.position - curves.step) * curves.hazard as decimal(18, 9)
    )) as expected,
    cast(
        (sum(exposures.rebuys) + 10)
        / (sum(cast(curves.hazard_before + (exposures.position - curves.step) * curves.hazard as decimal(18, 9))) + 10) as decimal(18, 9)
    ) as factor
from {{ ref('int_rebuy_exposures') }} as exposures
inner join {{ ref('int_rebuy_curves') }} as curves
    on
        exposures.days_back = curves.days_back
        and exposures.history = curves.history
        and cast(floor(exposures.position) as integer) = curves.step
where exposures.is_usable
group by exposures.days_back, exposures.sku
