-- SKUs that the same customers have, but hardly ever order together: one stands in for the other. Both directions are listed.
with

substitutes as (
    select
        co_adoptions.snapshot_at,
        sku_keys.sku,
        related_sku_keys.sku as related_sku,
        co_adoptions.customers_with_both,
        same_orders.orders_with_both,
        cast(co_adoptions.customers_with_both / nullif(co_adoptions.expected_customers, 0) as decimal(18, 6)) as co_adoption_lift,
        cast({{ post_purchase_gate.ratio_upper_bound('same_orders.orders_with_both', 'same_orders.expected_orders') }} as decimal(18, 6))
            as same_order_upper_bound
    from {{ ref('int_pair_co_adoptions') }} as co_adoptions
    inner join {{ ref('int_pair_same_orders') }} as same_orders
        on
            co_adoptions.snapshot_at = same_orders.snapshot_at
            and co_adoptions.sku_key = same_orders.sku_key
            and co_adoptions.related_sku_key = same_orders.related_sku_key
    inner join {{ ref('int_pair_sku_keys') }} as sku_keys
        on co_adoptions.sku_key = sku_keys.sku_key
    inner join {{ ref('int_pair_sku_keys') }} as related_sku_keys
        on co_adoptions.related_sku_key = related_sku_keys.sku_key
    where
        {{ post_purchase_gate.ratio_upper_bound('same_orders.orders_with_both', 'same_orders.expected_orders') }}
        < {{ var('substitute_max_same_order') }}
)

select
    snapshot_at,
    sku,
    related_sku,
    customers_with_both,
    orders_with_both,
    co_adoption_lift,
    same_order_upper_bound
from substitutes
union all
select
    snapshot_at,
    related_sku as sku,
    sku as related_sku,
    customers_with_both,
    orders_with_both,
    co_adoption_lift,
    same_order_upper_bound
from substitutes
