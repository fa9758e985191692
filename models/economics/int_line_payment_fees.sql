-- What it cost to be paid: the stated fee of each capture, else the assumed one; before any capture the assumed fee of what is owed.
-- Chargebacks that were not won are money taken back. Both are the order's, shared by value. A payment in another currency than its order's
-- is brought into that by the rates of the order's day; without a rate nobody knows what it cost.
with

rates as (
    select * from {{ ref('int_fx_rates') }}
),

order_days as (
    select
        order_id,
        currency,
        cast(ordered_at as date) as ordered_on
    from {{ ref('int_orders') }}
),

stated as (
    select
        payments.order_id,
        payments.status,
        payments.amount,
        payments.fee,
        coalesce(payments.currency <> orders.currency, false) as is_of_other_currency,
        case
            when coalesce(payments.currency, orders.currency) = orders.currency then 1
            else cast(payment_rates.reporting_per_unit as {{ post_purchase_gate.type_double() }}) / nullif(order_rates.reporting_per_unit, 0)
        end as order_currency_per_unit
    from {{ ref('stg_payments') }} as payments
    inner join order_days as orders
        on payments.order_id = orders.order_id
    left join rates as payment_rates
        on
            payments.currency = payment_rates.currency
            and orders.ordered_on >= payment_rates.valid_from
            and orders.ordered_on < payment_rates.valid_to
    left join rates as order_rates
        on
            orders.currency = order_rates.currency
            and orders.ordered_on >= order_rates.valid_from
            and orders.ordered_on < order_rates.valid_to
    where payments.occurred_at <= {{ post_purchase_gate.as_of() }}
),

converted as (
    select
        order_id,
        status,
        fee is null as is_without_fee,
        is_of_other_currency,
        order_currency_per_unit is null as is_rate_unknown,
        cast(case when order_currency_per_unit = 1 then amount else round(amount * order_currency_per_unit, 4) end as decimal(18, 4)) as amount,
        cast(case when order_currency_per_unit = 1 then fee else round(fee * order_currency_per_unit, 4) end as decimal(18, 4)) as fee
    from stated
),

payments as (
    select
        order_id,
        sum(case when status = 'captured' then 1 else 0 end) as captures,
        sum(case when status = 'captured' and is_without_fee then 1 else 0 end) as captures_without_fee,
        max(case when status = 'captured' and is_of_other_currency then 1 else 0 end) as captures_in_other_currency,
        max(case when status = 'captured' and is_rate_unknown then 1 else 0 end) as captures_without_rate,
        max(case when status in ('chargeback', 'chargeback_won') and is_rate_unknown then 1 else 0 end) as chargebacks_without_rate,
        sum(case when status = 'captured' then coalesce(fee, 0) else 0 end) as stated_fee,
        sum(case when status = 'captured' and is_without_fee then coalesce(amount, 0) else 0 end) as amount_without_fee,
        sum(case when status = 'chargeback' then coalesce(amount, 0) when status = 'chargeback_won' then -coalesce(amount, 0) else 0 end)
            as charged_back
    from converted
    group by order_id
),

lines as (
    select
        shares.*,
        coalesce(payments.captures, 0) as captures,
        coalesce(payments.captures_without_fee, 0) as captures_without_fee,
        coalesce(payments.captures_in_other_currency, 0) as captures_in_other_currency,
        case when payments.captures_without_rate = 1 then null else coalesce(payments.stated_fee, 0) end as stated_fee,
        coalesce(payments.amount_without_fee, 0) as amount_without_fee,
        case
            when payments.chargebacks_without_rate = 1 then null
            when payments.charged_back > 0 then payments.charged_back
            else 0
        end as charged_back,
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
        when captures_without_fee = 0 and captures_in_other_currency = 1 then 'converted'
        when captures_without_fee = 0 then 'stated'
        when captures_without_fee = captures then 'assumed'
        else 'partly_stated'
    end as payment_fee_basis,
    {{ post_purchase_gate.shared_amount('order_chargebacks', 'value_share', 'takes_remainder', 'order_id') }} as chargebacks
from amounts
