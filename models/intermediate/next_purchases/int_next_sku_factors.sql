-- Root of the observed over expected repeats per SKU, with ten pseudo-repeats: it says which SKUs are used up and which are bought once. The
-- root, as the histories know how popular it is already.
select
    sku,
    sum(is_bought) as observed,
    sum(probability) as expected,
    cast(sqrt(cast((sum(is_bought) + 10) / (sum(probability) + 10) as {{ post_purchase_gate.type_double() }})) as decimal(18, 9)) as factor
from {{ ref('int_next_hazards') }}
where not is_coming
group by sku
