-- Observed over expected repeats per SKU, with ten pseudo-repeats: it says which SKUs are used up and which are bought once.
select
    sku,
    sum(is_bought) as observed,
    sum(probability) as expected,
    cast((sum(is_bought) + 10) / (sum(probability) + 10) as decimal(18, 9)) as factor
from {{ ref('int_next_hazards') }}
where not is_coming
group by sku
