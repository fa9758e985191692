-- What the units of a line cost the shop, landed, by the last cost stated on or before the order's day. Unknown is null, never zero.
with

lines as (
    select * from {{ ref('int_line_shares') }}
),

costs as (
    select * from {{ ref('int_sku_costs') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

unit_costs as (
    select
        lines.order_line_id,
        lines.quantity,
        {{ post_purchase_gate.to_reporting('costs.landed_cost', 'rates.reporting_per_unit') }} as unit_landed_cost
    from lines
    left join costs
        on
            lines.sku = costs.sku
            and lines.ordered_on >= costs.valid_from
            and lines.ordered_on < costs.valid_to
    left join rates
        on
            costs.currency = rates.currency
            and lines.ordered_on >= rates.valid_from
            and lines.ordered_on < rates.valid_to
)

select
    order_line_id,
    unit_landed_cost,
    cast(quantity * unit_landed_cost as decimal(18, 4)) as landed_cost
from unit_costs
