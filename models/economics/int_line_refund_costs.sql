-- What was paid back and what a return costs: refunds of the line, and the price of what was exchanged; its part of refunds that name no line, by what
-- is left of each, and of shipping charges paid back, by value; the way back and the handling of units given back. A returned unit keeps its
-- salvage share of the landed cost, a unit that never left all of it. Units that an edit took off the order are not sold: their price goes, but for
-- what was paid back for them, which names the line without units, or the order alone.
{%- set greatest = post_purchase_gate.greatest() %}
with

kept as (
    select
        order_line_id,
        own_amount_back + exchange_credit as line_amount,
        own_amount_back,
        shared_amount_back,
        units_back + units_exchanged as units_back
    from {{ ref('int_line_kept') }}
    where valid_from <= {{ post_purchase_gate.as_of() }} and valid_to > {{ post_purchase_gate.as_of() }}
),

shipping_refunds as (
    select
        order_id,
        sum(amount) as amount
    from {{ ref('int_refund_moves') }}
    where is_shipping and refunded_at <= {{ post_purchase_gate.as_of() }}
    group by order_id
),

edited as (
    select
        shares.order_line_id,
        shares.order_id,
        {{ greatest }}(
            cast(shares.net_value as decimal(19, 4)) * units.units_taken_off / nullif(shares.quantity, 0)
            - {{ greatest }}(
                coalesce(kept.own_amount_back, 0)
                - cast(shares.net_value as decimal(19, 4)) * coalesce(kept.units_back, 0) / nullif(shares.quantity, 0), 0
            ), 0
        ) as amount_taken_off
    from {{ ref('int_line_shares') }} as shares
    inner join {{ ref('int_line_units') }} as units
        on shares.order_line_id = units.order_line_id
    left join kept
        on shares.order_line_id = kept.order_line_id
    where units.units_taken_off > 0
),

paid_back as (
    select
        lines.order_id,
        sum(coalesce(kept.shared_amount_back, 0)) as shared_amount_back
    from {{ ref('int_line_shares') }} as lines
    left join kept
        on lines.order_line_id = kept.order_line_id
    group by lines.order_id
),

taken_off as (
    select
        edited.order_line_id,
        cast(round(
            edited.amount_taken_off
            * {{ greatest }}(sum(edited.amount_taken_off) over (partition by edited.order_id) - paid_back.shared_amount_back, 0)
            / nullif(sum(edited.amount_taken_off) over (partition by edited.order_id), 0), 4
        ) as decimal(18, 4)) as amount
    from edited
    inner join paid_back
        on edited.order_id = paid_back.order_id
),

lines as (
    select
        shares.*,
        units.units_returned,
        units.units_never_left,
        {{ post_purchase_gate.to_reporting('coalesce(kept.line_amount, 0)', 'shares.exchange_rate') }} as line_refunds,
        {{ post_purchase_gate.to_reporting('coalesce(kept.shared_amount_back, 0)', 'shares.exchange_rate') }} as shared_refunds,
        {{ post_purchase_gate.to_reporting('coalesce(shipping_refunds.amount, 0)', 'shares.exchange_rate') }} as shipping_paid_back,
        {{ post_purchase_gate.to_reporting('coalesce(taken_off.amount, 0)', 'shares.exchange_rate') }} as taken_off_price
    from {{ ref('int_line_shares') }} as shares
    inner join {{ ref('int_line_units') }} as units
        on shares.order_line_id = units.order_line_id
    left join kept
        on shares.order_line_id = kept.order_line_id
    left join shipping_refunds
        on shares.order_id = shipping_refunds.order_id
    left join taken_off
        on shares.order_line_id = taken_off.order_line_id
)

select
    lines.order_line_id,
    lines.line_refunds,
    lines.taken_off_price,
    cast(
        lines.shared_refunds
        + {{ post_purchase_gate.shared_amount('lines.shipping_paid_back', 'lines.value_share', 'lines.takes_remainder', 'lines.order_id') }}
        as decimal(18, 4)
    ) as order_refunds,
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
