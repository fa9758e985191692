-- SKUs of one category that the same customers buy, but hardly ever together: one stands in for the other. The category is a
-- condition because an accessory bought later looks the same from afar. Expected counts are corrected for the sizes of baskets.
with

customer_skus as (
    select
        first_purchases.snapshot_at,
        first_purchases.customer_id,
        first_purchases.sku,
        skus.category
    from {{ ref('int_pair_first_purchases') }} as first_purchases
    inner join {{ ref('int_pair_skus') }} as skus
        on first_purchases.snapshot_at = skus.snapshot_at and first_purchases.sku = skus.sku
    where skus.is_used
),

order_skus as (
    select
        lines.snapshot_at,
        lines.order_id,
        lines.sku,
        skus.category
    from {{ ref('int_pair_lines') }} as lines
    inner join {{ ref('int_pair_orders') }} as orders
        on lines.snapshot_at = orders.snapshot_at and lines.order_id = orders.order_id
    inner join {{ ref('int_pair_skus') }} as skus
        on lines.snapshot_at = skus.snapshot_at and lines.sku = skus.sku
    where skus.is_used and not orders.is_bulk
    group by lines.snapshot_at, lines.order_id, lines.sku, skus.category
),

{% for basket in ['customer', 'order'] -%}
{{ basket }}_sizes as (
    select
        snapshot_at,
        sum(size * (size - 1)) / nullif(cast(sum(size) as {{ post_purchase_gate.type_double() }}) * sum(size), 0) as correction
    from (
        select
            snapshot_at,
            {{ basket }}_id,
            count(*) as size
        from {{ basket }}_skus
        group by snapshot_at, {{ basket }}_id
    ) as sizes
    group by snapshot_at
),

{{ basket }}_totals as (
    select
        snapshot_at,
        sku,
        count(*) as baskets
    from {{ basket }}_skus
    group by snapshot_at, sku
),

{{ basket }}_pairs as (
    select
        one.snapshot_at,
        one.sku,
        other.sku as related_sku,
        count(*) as shared
    from {{ basket }}_skus as one
    inner join {{ basket }}_skus as other
        on
            one.snapshot_at = other.snapshot_at
            and one.{{ basket }}_id = other.{{ basket }}_id
            and one.category = other.category
    -- what one is to the other, the other is to it: half the pairs are enough to count
    where one.sku < other.sku
    group by one.snapshot_at, one.sku, other.sku
),

{% endfor -%}
measured as (
    select
        customer_pairs.snapshot_at,
        customer_pairs.sku,
        customer_pairs.related_sku,
        customer_pairs.shared as customers_with_both,
        coalesce(order_pairs.shared, 0) as orders_with_both,
        cast(customer_total.baskets as {{ post_purchase_gate.type_double() }}) * related_customer_total.baskets
        * customer_sizes.correction as expected_customers,
        cast(order_total.baskets as {{ post_purchase_gate.type_double() }}) * related_order_total.baskets
        * order_sizes.correction as expected_orders
    from customer_pairs
    inner join customer_totals as customer_total
        on customer_pairs.snapshot_at = customer_total.snapshot_at and customer_pairs.sku = customer_total.sku
    inner join customer_totals as related_customer_total
        on
            customer_pairs.snapshot_at = related_customer_total.snapshot_at
            and customer_pairs.related_sku = related_customer_total.sku
    inner join order_totals as order_total
        on customer_pairs.snapshot_at = order_total.snapshot_at and customer_pairs.sku = order_total.sku
    inner join order_totals as related_order_total
        on
            customer_pairs.snapshot_at = related_order_total.snapshot_at
            and customer_pairs.related_sku = related_order_total.sku
    inner join customer_sizes
        on customer_pairs.snapshot_at = customer_sizes.snapshot_at
    inner join order_sizes
        on customer_pairs.snapshot_at = order_sizes.snapshot_at
    left join order_pairs
        on
            customer_pairs.snapshot_at = order_pairs.snapshot_at
            and customer_pairs.sku = order_pairs.sku
            and customer_pairs.related_sku = order_pairs.related_sku
),

substitutes as (
    select
        snapshot_at,
        sku,
        related_sku,
        customers_with_both,
        orders_with_both,
        cast(customers_with_both / nullif(expected_customers, 0) as decimal(18, 6)) as co_adoption_lift,
        cast({{ post_purchase_gate.ratio_upper_bound('orders_with_both', 'expected_orders') }} as decimal(18, 6)) as same_order_upper_bound
    from measured
    where
        customers_with_both >= {{ var('pair_min_support') }}
        and customers_with_both >= {{ var('substitute_min_co_adoption') }} * expected_customers
        and {{ post_purchase_gate.ratio_upper_bound('orders_with_both', 'expected_orders') }} < {{ var('substitute_max_same_order') }}
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
