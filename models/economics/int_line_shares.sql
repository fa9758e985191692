-- What a line weighs in its order, by net price: the share of the order's fees, shipping and refunds that it bears. The line worth
-- most takes what rounding leaves over. An order whose every payment failed or was voided sold nothing, as one that was canceled.
with

rates as (
    select * from {{ ref('int_fx_rates') }}
),

lines as (
    select
        *,
        cast(ordered_at as date) as ordered_on,
        case when order_type = 'replacement' then order_id else root_order_id end as paying_order_id,
        -- a replacement sells nothing, whatever price it lists
        cast(case when order_type = 'replacement' then 0 else net_amount end as decimal(18, 4)) as net_value
    from {{ ref('int_order_lines') }}
    where known_from <= {{ post_purchase_gate.as_of() }}
),

weighed as (
    select
        *,
        coalesce(net_value, 0) as weight
    from lines
)

select
    weighed.order_line_id,
    weighed.order_id,
    weighed.sku,
    weighed.quantity,
    weighed.is_digital,
    coalesce(weighed.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
    or coalesce(payments.standing in ('failed', 'voided'), false) as is_cancelled,
    weighed.ordered_on,
    rates.reporting_per_unit as exchange_rate,
    weighed.weight as net_value,
    {{ post_purchase_gate.to_reporting('weighed.net_value', 'rates.reporting_per_unit') }} as net_price,
    cast(sum(weighed.weight) over (partition by weighed.order_id) as decimal(18, 4)) as order_value,
    {{ post_purchase_gate.value_share('weighed.weight', 'weighed.order_id') }} as value_share,
    row_number() over (partition by weighed.order_id order by weighed.weight desc, weighed.order_line_id asc) = 1 as takes_remainder
from weighed
left join rates
    on
        weighed.currency = rates.currency
        and weighed.ordered_on >= rates.valid_from
        and weighed.ordered_on < rates.valid_to
left join {{ ref('int_payment_states') }} as payments
    on
        weighed.paying_order_id = payments.paying_order_id
        and payments.valid_from <= {{ post_purchase_gate.as_of() }}
        and payments.valid_to > {{ post_purchase_gate.as_of() }}
