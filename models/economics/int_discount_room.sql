-- How far below list price a SKU may go today before one more unit leaves less than margin_floor_share of what is paid. In whole cents,
-- rounded so that the floor holds. No cost, price or rate: unknown, never zero.
{%- set double = post_purchase_gate.type_double() %}
with

units as (
    select
        contribution.sku,
        cast(contribution.price + assumptions.planned_discount as {{ double }}) as list_price,
        cast(contribution.landed_cost as {{ double }}) as landed_cost,
        cast(contribution.refund_probability as {{ double }}) as refund_probability,
        cast(contribution.shipping_subsidy as {{ double }}) as shipping_subsidy,
        cast(contribution.return_shipping_cost as {{ double }}) as return_shipping_cost,
        cast(contribution.return_processing_cost as {{ double }}) as return_processing_cost,
        cast(assumptions.salvage_share as {{ double }}) as salvage_share,
        cast(assumptions.payment_fee_share as {{ double }}) as payment_fee_share,
        cast(assumptions.payment_fee_fixed as {{ double }}) as payment_fee_fixed,
        cast(assumptions.payment_fee_not_returned_share as {{ double }}) as payment_fee_not_returned_share
    from {{ ref('int_unit_contribution') }} as contribution
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    where contribution.decision_date = cast({{ post_purchase_gate.learned_at() }} as date)
),

priced as (
    select
        *,
        landed_cost is not null and list_price is not null and refund_probability is not null as is_known,
        {{ post_purchase_gate.lowest_price_for_margin(var('margin_floor_share')) }} as lowest_price
    from units
),

room as (
    select
        *,
        -- a hair of float dust must not cost a cent
        case when lowest_price < 0 then floor(list_price * 100) else floor((list_price - lowest_price) * 100 + 0.000001) end as discount_cents
    from priced
)

select
    sku,
    cast(list_price as decimal(18, 4)) as list_price,
    case when is_known then coalesce(discount_cents >= 0, false) end as keeps_margin_floor,
    cast(case
        when not is_known then null
        when coalesce(discount_cents >= 0, false) then discount_cents / 100.0
        else 0
    end as decimal(18, 2)) as largest_discount,
    cast(case
        when not is_known then null
        when coalesce(discount_cents >= 0, false) then {{ var('margin_floor_share') }} * (list_price - discount_cents / 100.0)
        else {{ var('margin_floor_share') }} * list_price
    end as decimal(18, 4)) as margin_floor
from room
