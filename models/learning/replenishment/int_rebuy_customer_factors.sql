-- Observed over expected rebuys per customer, on the curve of all SKUs times each SKU's factor, with ten pseudo-rebuys: who has drifted away, or
-- buys elsewhere, is slow with everything.
select
    exposures.days_back,
    exposures.customer_key,
    cast(
        (sum(exposures.rebuys) + 10)
        / (
            sum(cast(
                (curves.hazard_before + (exposures.position - curves.step) * curves.hazard) * factors.factor as decimal(18, 9)
            )) + 10
        ) as decimal(18, 9)
    ) as factor
from {{ ref('int_rebuy_exposures') }} as exposures
inner join {{ ref('int_rebuy_curves') }} as curves
    on
        exposures.days_back = curves.days_back
        and exposures.history = curves.history
        and cast(floor(exposures.position) as integer) = curves.step
inner join {{ ref('int_rebuy_sku_factors') }} as factors
    on exposures.days_back = factors.days_back and exposures.sku_key = factors.sku_key
where exposures.is_usable
group by exposures.days_back, exposures.customer_key
