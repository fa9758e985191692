with

line_parts as (
    select
        shares.order_line_id,
        shares.exchange_rate,
        shares.is_cancelled,
        shares.net_price,
        costs.landed_cost,
        fees.payment_fee,
        fees.payment_fee_basis,
        shipping.outbound_shipping_cost,
        shipping.outbound_shipping_basis,
        shipping.shipping_charged,
        refunds.line_refunds,
        refunds.order_refunds,
        refunds.taken_off_price,
        fees.chargebacks,
        refunds.return_costs,
        refunds.recovered_landed_cost,
        tickets.ticket_costs,
        units.units_refunded,
        units.units_returned,
        -- the part of the fee that a refund brings back
        cast(round(
            (1 - assumptions.payment_fee_not_returned_share) * fees.payment_fee
            * case
                when refunds.line_refunds + refunds.order_refunds <= shares.net_price
                    then coalesce((refunds.line_refunds + refunds.order_refunds) / nullif(shares.net_price, 0), 0)
                when shares.net_price > 0 then 1
                else 0
            end, 4
        ) as decimal(18, 4)) as returned_payment_fee,
        shares.net_price + shipping.shipping_charged - refunds.line_refunds - refunds.order_refunds - fees.chargebacks as price_not_paid_back
    from {{ ref('int_line_shares') }} as shares
    inner join {{ ref('int_line_landed_costs') }} as costs
        on shares.order_line_id = costs.order_line_id
    inner join {{ ref('int_line_payment_fees') }} as fees
        on shares.order_line_id = fees.order_line_id
    inner join {{ ref('int_line_shipping') }} as shipping
        on shares.order_line_id = shipping.order_line_id
    inner join {{ ref('int_line_refund_costs') }} as refunds
        on shares.order_line_id = refunds.order_line_id
    inner join {{ ref('int_line_ticket_costs') }} as tickets
        on shares.order_line_id = tickets.order_line_id
    inner join {{ ref('int_line_units') }} as units
        on shares.order_line_id = units.order_line_id
    cross join {{ ref('int_cost_assumptions') }} as assumptions
),

parts as (
    select
        *,
        -- what a cancellation takes back of price and shipping charged, and an edit of the price, beyond what was paid back already
        case
            when is_cancelled and price_not_paid_back > 0 then price_not_paid_back
            when is_cancelled and net_price is not null then 0
            when net_price is not null then taken_off_price
        end as cancelled_price
    from line_parts
)

select
    order_lines.order_line_id,
    order_lines.order_id,
    order_lines.customer_id,
    order_lines.sku,
    order_lines.category,
    cast(order_lines.order_type as {{ dbt.type_string() }}) as order_type,
    order_lines.ordered_at,
    order_lines.is_test,
    parts.is_cancelled,
    order_lines.currency as order_currency,
    cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
    cast(parts.exchange_rate as decimal(18, 8)) as exchange_rate,
    order_lines.quantity,
    parts.units_refunded,
    parts.units_returned,
    cast(parts.net_price as decimal(18, 4)) as net_price,
    cast(parts.cancelled_price as decimal(18, 4)) as cancelled_price,
    cast(parts.landed_cost as decimal(18, 4)) as landed_cost,
    parts.recovered_landed_cost,
    cast(parts.payment_fee as decimal(18, 4)) as payment_fee,
    cast(parts.payment_fee_basis as {{ dbt.type_string() }}) as payment_fee_basis,
    parts.returned_payment_fee,
    cast(parts.outbound_shipping_cost as decimal(18, 4)) as outbound_shipping_cost,
    cast(parts.outbound_shipping_basis as {{ dbt.type_string() }}) as outbound_shipping_basis,
    cast(parts.shipping_charged as decimal(18, 4)) as shipping_charged,
    cast(parts.line_refunds as decimal(18, 4)) as line_refunds,
    cast(parts.order_refunds as decimal(18, 4)) as order_refunds,
    cast(parts.chargebacks as decimal(18, 4)) as chargebacks,
    cast(parts.return_costs as decimal(18, 4)) as return_costs,
    cast(parts.ticket_costs as decimal(18, 4)) as ticket_costs,
    cast(
        parts.net_price - parts.cancelled_price
        - parts.landed_cost + parts.recovered_landed_cost
        - parts.payment_fee + parts.returned_payment_fee
        - parts.outbound_shipping_cost + parts.shipping_charged
        - parts.line_refunds - parts.order_refunds - parts.chargebacks
        - parts.return_costs - parts.ticket_costs as decimal(18, 4)
    ) as contribution_profit,
    parts.landed_cost is not null as is_cost_known
from parts
inner join {{ ref('int_order_lines') }} as order_lines
    on parts.order_line_id = order_lines.order_line_id
