{%- set purchases = 'int_pair_first_purchases' if var('pair_permutation', none) is none else 'int_pair_chance_purchases' -%}
-- The purchases that pairs are counted from, with what makes customers alike.
select
    purchases.snapshot_at,
    purchases.customer_key,
    purchases.sku_key,
    purchases.order_number,
    {{ post_purchase_gate.order_bucket('purchases.order_number') }} as order_bucket,
    cast({{ dbt.date_trunc('month', 'purchases.ordered_at') }} as date) as order_month,
    purchases.ordered_at,
    {{ post_purchase_gate.add_days(var('pair_horizon_days'), 'purchases.ordered_at') }} as horizon_ends_at,
    -- an anchor counts once its whole horizon is over
    {{ post_purchase_gate.add_days(var('pair_horizon_days'), 'purchases.ordered_at') }} <= purchases.snapshot_at as is_anchor
from {{ ref(purchases) }} as purchases
inner join {{ ref('int_pair_skus') }} as skus
    on purchases.sku_key = skus.sku_key and purchases.snapshot_at = skus.snapshot_at
where skus.is_used
