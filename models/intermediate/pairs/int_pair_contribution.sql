-- What one more unit of a SKU earns on as_of's date, and how far that may be off: the refund probability behind it is a mean, and a SKU's
-- own is taken to spread around it like a Beta with the weight of 50 units.
with

last_day as (
    select max(decision_date) as decision_date
    from {{ ref('int_unit_contribution') }}
    where decision_date <= cast({{ post_purchase_gate.as_of() }} as date)
)

select
    contribution.sku,
    contribution.expected_contribution_profit,
    -- E falls by this much from a sale kept to a sale returned
    cast(
        power(
            cast(
                contribution.price - contribution.landed_cost - contribution.payment_fee
                + contribution.payment_fee * assumptions.payment_fee_not_returned_share
                + assumptions.return_shipping_cost + assumptions.return_processing_cost
                + (1 - assumptions.salvage_share) * contribution.landed_cost as {{ post_purchase_gate.type_double() }}
            ), 2
        ) * assumptions.refund_probability * (1 - assumptions.refund_probability) / 51 as decimal(18, 6)
    ) as contribution_variance
from {{ ref('int_unit_contribution') }} as contribution
inner join last_day
    on contribution.decision_date = last_day.decision_date
cross join {{ ref('int_cost_assumptions') }} as assumptions
