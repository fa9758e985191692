-- The refund probability of a unit: what the SKU showed, drawn toward its category, that toward the shop, and that toward the assumption,
-- each as strongly as refund_prior_units units of evidence would (beta-binomial means).
with

counts as (
    select * from {{ ref('int_refund_counts') }}
),

shop as (
    select
        counts.decision_date,
        assumptions.refund_prior_units as prior_units,
        {{ post_purchase_gate.shrunk_share('counts.units_refunded', 'counts.units', 'assumptions.refund_probability', 'assumptions.refund_prior_units') }}
            as probability
    from counts
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    where counts.applies_to = 'shop'
),

categories as (
    select
        counts.decision_date,
        counts.applies_to_value as category,
        {{ post_purchase_gate.shrunk_share('counts.units_refunded', 'counts.units', 'shop.probability', 'shop.prior_units') }} as probability
    from counts
    inner join shop
        on counts.decision_date = shop.decision_date
    where counts.applies_to = 'category'
),

skus as (
    select
        counts.decision_date,
        counts.applies_to_value as sku,
        products.category,
        counts.units,
        counts.units_refunded,
        shop.prior_units,
        shop.probability as shop_probability,
        coalesce(categories.probability, shop.probability) as category_probability
    from counts
    inner join {{ ref('stg_products') }} as products
        on counts.applies_to_value = products.sku
    inner join shop
        on counts.decision_date = shop.decision_date
    left join categories
        on counts.decision_date = categories.decision_date and products.category = categories.category
    where counts.applies_to = 'sku'
)

select
    decision_date,
    sku,
    category,
    units,
    units_refunded,
    shop_probability,
    category_probability,
    {{ post_purchase_gate.shrunk_share('units_refunded', 'units', 'category_probability', 'prior_units') }} as refund_probability
from skus
