-- Expected contribution profit of one more unit of a SKU sold at list price less the planned discount, at each day of decision.
-- No cost, price or exchange rate: null, which the checks read as unknown. Its variance is that of the refund probability behind it. What is
-- digital is neither sent out nor sent back.
with

amounts as (
    select
        days.decision_date,
        products.sku,
        -- room for the products that follow
        cast({{ post_purchase_gate.to_reporting('products.list_price', 'price_rate.reporting_per_unit') }} as decimal(28, 4))
        - assumptions.planned_discount as price,
        cast({{ post_purchase_gate.to_reporting('costs.landed_cost', 'cost_rate.reporting_per_unit') }} as decimal(28, 4)) as landed_cost,
        refunds.refund_probability,
        refunds.units + refunds.prior_units as refund_evidence_units,
        case when products.is_digital then 0 else assumptions.outbound_shipping_cost - assumptions.shipping_charged end as shipping_subsidy,
        case when products.is_digital then 0 else assumptions.return_shipping_cost end as return_shipping_cost,
        case when products.is_digital then 0 else assumptions.return_processing_cost end as return_processing_cost,
        assumptions.salvage_share,
        assumptions.payment_fee_share,
        assumptions.payment_fee_fixed,
        assumptions.payment_fee_not_returned_share
    from {{ ref('int_decision_days') }} as days
    cross join {{ ref('stg_products') }} as products
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    left join {{ ref('int_refund_probabilities') }} as refunds
        on products.sku = refunds.sku and days.decision_date = refunds.decision_date
    left join {{ ref('int_sku_costs') }} as costs
        on
            products.sku = costs.sku
            and costs.valid_from <= days.decision_date
            and costs.valid_to > days.decision_date
    left join {{ ref('int_fx_rates') }} as price_rate
        on
            products.currency = price_rate.currency
            and price_rate.valid_from <= days.decision_date
            and price_rate.valid_to > days.decision_date
    left join {{ ref('int_fx_rates') }} as cost_rate
        on
            costs.currency = cost_rate.currency
            and cost_rate.valid_from <= days.decision_date
            and cost_rate.valid_to > days.decision_date
),

with_fee as (
    select
        *,
        payment_fee_share * price + payment_fee_fixed as payment_fee
    from amounts
)

select
    decision_date,
    sku,
    cast(price as decimal(18, 4)) as price,
    cast(landed_cost as decimal(18, 4)) as landed_cost,
    cast(payment_fee as decimal(18, 4)) as payment_fee,
    cast(refund_probability as decimal(18, 6)) as refund_probability,
    cast(shipping_subsidy as decimal(18, 4)) as shipping_subsidy,
    cast(return_shipping_cost as decimal(18, 4)) as return_shipping_cost,
    cast(return_processing_cost as decimal(18, 4)) as return_processing_cost,
    cast({{ post_purchase_gate.expected_unit_contribution() }} as decimal(18, 4)) as expected_contribution_profit,
    cast({{ post_purchase_gate.unit_contribution_variance() }} as decimal(28, 8)) as contribution_variance
from with_fee
