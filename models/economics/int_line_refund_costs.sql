-- What was paid back and what a return costs: refunds of the line; its part, by value, of refunds that name no line; the way back and the
-- handling of units given back. A returned unit keeps its salvage share of the landed cost, a unit that never left all of it.
with

paid as (
    select
        order_id,
        order_line_id,
        sum(coalesce(amount, 0)) as amount
    from {{ ref('stg_refunds') }}
    where refunded_at <= {{ post_purchase_gate.as_of() }}
    group by order_id, order_line_id
),

paid_on_lines as (
    select
        order_line_id,
        sum(amount) as amount
    from paid
    where order_line_id is not null
    group by order_line_id
),

paid_on_orders as (
    select
        order_id,
        amount
    from paid
    where order_line_id is null
),

lines as (
    select
        shares.*,
        units.units_returned,
        units.units_never_left,
        {{ post_purchase_gate.to_reporting('coalesce(paid_on_lines.amount, 0)', 'shares.exchange_rate') }} as line_refunds,
        {{ post_purchase_gate.to_reporting('coalesce(paid_on_orders.amount, 0)', 'shares.exchange_rate') }} as whole_order_refunds
    from {{ ref('int_line_shares') }} as shares
    inner join {{ ref('int_line_units') }} as units
        on shares.order_line_id = units.order_line_id
    left join paid_on_lines
        on shares.order_line_id = paid_on_lines.order_line_id
    left join paid_on_orders
        on shares.order_id = paid_on_orders.order_id
)

select
    lines.order_line_id,
    lines.line_refunds,
    {{ post_purchase_gate.shared_amount('lines.whole_order_refunds', 'lines.value_share', 'lines.takes_remainder', 'lines.order_id') }}
        as order_refunds,
    cast(round(
        case when lines.is_digital then 0 else lines.units_returned end
        * (assumptions.return_shipping_cost + assumptions.return_processing_cost), 4
    ) as decimal(18, 4)) as return_costs,
    cast(round(
        case
            when lines.units_returned + lines.units_never_left = 0 then 0
            else costs.unit_landed_cost * (lines.units_returned * assumptions.salvage_share + lines.units_never_left)
        end, 4
    ) as decimal(18, 4)) as recovered_landed_cost
from lines
inner join {{ ref('int_line_landed_costs') }} as costs
    on lines.order_line_id = costs.order_line_id
cross join {{ ref('int_cost_assumptions') }} as assumptions
