-- How much slower or faster than usual a customer uses up what the shop sells, over all SKUs, drawn to nothing by ten gaps.
select
    snapshot_at,
    person_id,
    cast(sum(residual_sum) as {{ post_purchase_gate.type_double() }}) / (sum(gaps) + 10) as residual
from {{ ref('int_rebuy_own_gaps') }}
group by snapshot_at, person_id
