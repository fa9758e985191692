-- Bought over expected by size of the probability: a SKU that is bought again and again raises the few histories that are high already too far.
-- Twenty pseudo-purchases pull toward one.
with

scored as (
    select
        {{ post_purchase_gate.next_rate_step('hazards.probability * factors.factor') }} as probability_step,
        hazards.probability * factors.factor as probability,
        hazards.is_bought
    from {{ ref('int_next_hazards') }} as hazards
    inner join {{ ref('int_next_sku_factors') }} as factors
        on hazards.sku = factors.sku
    where not hazards.is_coming
)

select
    probability_step,
    count(*) as histories,
    sum(is_bought) as bought,
    cast(sum(probability) as decimal(18, 6)) as expected,
    cast((sum(is_bought) + 20) / (sum(probability) + 20) as decimal(18, 9)) as ratio
from scored
group by probability_step
