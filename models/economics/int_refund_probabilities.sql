{%- set double = post_purchase_gate.type_double() -%}
-- The refund probability of a unit: what the SKU showed, drawn toward its category, that toward the shop, and that toward the assumption
-- (beta-binomial means). Category and shop are drawn as by refund_prior_units units of evidence. How strongly a SKU is drawn the shop's own SKUs say, where
-- twenty have two units and more: by how much more their refunds vary than chance makes them (method of moments), with the assumption as strong as twenty SKUs.
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
),

spreads as (
    select
        decision_date,
        count(*) as skus,
        sum(power(refunded - n * p, 2) - n * p * (1 - p)) as beyond_chance,
        sum(n * (n - 1) * p * (1 - p)) as pairs_of_units
    from (
        select
            decision_date,
            cast(units as {{ double }}) as n,
            cast(units_refunded as {{ double }}) as refunded,
            cast(category_probability as {{ double }}) as p
        from skus
        where units >= 2 and category_probability > 0 and category_probability < 1
    ) as judged
    group by decision_date
),

-- the correlation of two units of a SKU is one over the units that its prior is worth, plus one
correlations as (
    select
        skus.*,
        case
            when spreads.skus >= 20 and spreads.pairs_of_units > 0
                then {{ post_purchase_gate.learned_dispersion(
                    'spreads.skus', 'spreads.beyond_chance', 'spreads.pairs_of_units', '1 / (skus.prior_units + 1)'
                ) }}
        end as correlation
    from skus
    left join spreads
        on skus.decision_date = spreads.decision_date
),

weighed as (
    select
        *,
        cast(
            case
                when correlation is null then prior_units
                else 1 / {{ post_purchase_gate.least() }}({{ post_purchase_gate.greatest() }}(correlation, 0.001), 0.5) - 1
            end as decimal(18, 6)
        ) as sku_prior_units
    from correlations
)

select
    decision_date,
    sku,
    category,
    units,
    units_refunded,
    shop_probability,
    category_probability,
    sku_prior_units as prior_units,
    {{ post_purchase_gate.shrunk_share('units_refunded', 'units', 'category_probability', 'sku_prior_units') }} as refund_probability
from weighed
