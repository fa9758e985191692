-- Expected contribution profit of one more unit of a SKU sold at list price less the planned discount, at each day of decision.
-- No cost, price or exchange rate: null, which the checks read as unknown.
with

days as (
    select cast(point_at as date) as decision_date
    from {{ ref('int_points') }}
    group by 1
),

costs as (
    select
        sku,
        landed_cost,
        currency,
        valid_from,
        lead(valid_from) over (partition by sku order by valid_from) as valid_to
    from {{ ref('stg_product_costs') }}
),

amounts as (
    select
        days.decision_date,
        products.sku,
        -- room for the products that follow
        cast({{ post_purchase_gate.to_reporting('products.list_price', 'price_rate.reporting_per_unit') }} as decimal(28, 4))
        - assumptions.planned_discount as price,
        cast({{ post_purchase_gate.to_reporting('costs.landed_cost', 'cost_rate.reporting_per_unit') }} as decimal(28, 4)) as landed_cost,
        refunds.refund_probability,
        assumptions.outbound_shipping_cost - assumptions.shipping_charged as shipping_subsidy,
        assumptions.return_shipping_cost,
        assumptions.return_processing_cost,
        assumptions.salvage_share,
        assumptions.payment_fee_share,
        assumptions.payment_fee_fixed,
        assumptions.payment_fee_not_returned_share
    from days
    cross join {{ ref('stg_products') }} as products
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    left join {{ ref('int_refund_probabilities') }} as refunds
        on products.sku = refunds.sku and days.decision_date = refunds.decision_date
    left join costs
        on
            products.sku = costs.sku
            and costs.valid_from <= days.decision_date
            and (costs.valid_to is null or costs.valid_to > days.decision_date)
    left join {{ ref('int_fx_rates') }} as price_rate
        on
            products.currency = price_rate.currency
            and price_rate.valid_from <= days.decision_date
            and (price_rate.valid_to is null or price_rate.valid_to > days.decision_date)
    left join {{ ref('int_fx_rates') }} as cost_rate
        on
            costs.currency = cost_rate.currency
            and cost_rate.valid_from <= days.decision_date
            and (cost_rate.valid_to is null or cost_rate.valid_to > days.decision_date)
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
    cast({{ post_purchase_gate.expected_unit_contribution() }} as decimal(18, 4)) as expected_contribution_profit
from with_fee
