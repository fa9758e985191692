-- What it cost to be paid: the stated fee of each capture, else the assumed one; before any capture the assumed fee of what is owed.
-- Chargebacks that were not won are money taken back. Both are the order's, shared by value.
with

payments as (
    select
        order_id,
        sum(case when status = 'captured' then 1 else 0 end) as captures,
        sum(case when status = 'captured' and fee is null then 1 else 0 end) as captures_without_fee,
        sum(case when status = 'captured' then coalesce(fee, 0) else 0 end) as stated_fee,
        sum(case when status = 'captured' and fee is null then coalesce(amount, 0) else 0 end) as amount_without_fee,
        sum(case when status = 'chargeback' then coalesce(amount, 0) when status = 'chargeback_won' then -coalesce(amount, 0) else 0 end)
            as charged_back
    from {{ ref('stg_payments') }}
    where occurred_at <= {{ post_purchase_gate.as_of() }}
    group by order_id
),

lines as (
    select
        shares.*,
        coalesce(payments.captures, 0) as captures,
        coalesce(payments.captures_without_fee, 0) as captures_without_fee,
        coalesce(payments.stated_fee, 0) as stated_fee,
        coalesce(payments.amount_without_fee, 0) as amount_without_fee,
        case when payments.charged_back > 0 then payments.charged_back else 0 end as charged_back,
        case when shares.is_cancelled then 0 else coalesce(orders.order_total, shares.order_value + orders.shipping_charged) end as owed
    from {{ ref('int_line_shares') }} as shares
    inner join {{ ref('int_orders') }} as orders
        on shares.order_id = orders.order_id
    left join payments
        on shares.order_id = payments.order_id
),

amounts as (
    select
        lines.*,
        {{ post_purchase_gate.to_reporting('lines.charged_back', 'lines.exchange_rate') }} as order_chargebacks,
        cast(round(case
            when lines.captures = 0 and lines.owed > 0
                then
                    cast({{ post_purchase_gate.to_reporting('lines.owed', 'lines.exchange_rate') }} as decimal(19, 4))
                    * assumptions.payment_fee_share
                    + assumptions.payment_fee_fixed
            else
                {{ post_purchase_gate.to_reporting('lines.stated_fee', 'lines.exchange_rate') }}
                + cast({{ post_purchase_gate.to_reporting('lines.amount_without_fee', 'lines.exchange_rate') }} as decimal(19, 4))
                * assumptions.payment_fee_share
                + lines.captures_without_fee * assumptions.payment_fee_fixed
        end, 4) as decimal(18, 4)) as order_fee
    from lines
    cross join {{ ref('int_cost_assumptions') }} as assumptions
)

select
    order_line_id,
    {{ post_purchase_gate.shared_amount('order_fee', 'value_share', 'takes_remainder', 'order_id') }} as payment_fee,
    case
        when captures = 0 and owed > 0 then 'assumed'
        when captures = 0 then 'none'
        when captures_without_fee = 0 then 'stated'
        when captures_without_fee = captures then 'assumed'
        else 'partly_stated'
    end as payment_fee_basis,
    {{ post_purchase_gate.shared_amount('order_chargebacks', 'value_share', 'takes_remainder', 'order_id') }} as chargebacks
from amounts
