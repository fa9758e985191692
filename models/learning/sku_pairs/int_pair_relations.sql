-- What the merchant declares of two SKUs, in one row: a substitute or an incompatible pair is that, whatever else is declared, and a word that
-- nobody knows leaves open whether they fit.
select
    sku,
    related_sku,
    {{ post_purchase_gate.ordered_list('relation', 'relation') }} as relations,
    max(case when relation = 'substitute' then 1 else 0 end) = 1 as is_substitute,
    case
        when max(case when compatibility = 'incompatible' then 1 else 0 end) = 1 then 'incompatible'
        when max(case when compatibility = 'unknown' or relation = 'unknown' then 1 else 0 end) = 1 then 'unknown'
        when max(case when compatibility = 'compatible' then 1 else 0 end) = 1 then 'compatible'
    end as compatibility
from {{ ref('stg_sku_relations') }}
where sku <> related_sku
group by sku, related_sku
