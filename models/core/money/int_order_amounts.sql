-- What the goods of an order cost and what is owed for it. A line with a negative price is a discount of its order; so is what the total lacks of
-- the goods, where the source names no discount. A line that takes another's place in its own order sells nothing twice.
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
{%- set fine_decimal = post_purchase_gate.type_decimal(18, 12) %}
with

lines as (
    select
        order_line_id,
        order_id,
        replaces_order_line_id,
        unit_price < 0 as is_discount,
        cast(quantity * unit_price - discount as decimal(18, 4)) as amount,
        case
            when unit_price >= 0 and units_removed > 0
                then cast((quantity * unit_price - discount) * {{ least }}(units_removed, quantity) / nullif(quantity, 0) as decimal(18, 4))
            else 0
        end as amount_removed
    from {{ ref('stg_order_lines') }}
),

exchanged_within as (
    select new_lines.order_line_id
    from lines as new_lines
    inner join lines as old_lines
        on new_lines.replaces_order_line_id = old_lines.order_line_id and new_lines.order_id = old_lines.order_id
    where new_lines.replaces_order_line_id is not null
),

goods as (
    select
        lines.order_id,
        sum(case when lines.is_discount or exchanged_within.order_line_id is not null then 0 else lines.amount end) as goods_amount,
        sum(case when lines.is_discount then -1 * lines.amount else 0 end) as discount_lines,
        sum(lines.amount_removed) as amount_removed
    from lines
    left join exchanged_within
        on lines.order_line_id = exchanged_within.order_line_id
    group by lines.order_id
),

orders as (
    select
        orders.order_id,
        orders.root_order_id,
        orders.order_type,
        orders.order_total,
        orders.order_discount,
        orders.shipping_charged,
        coalesce(orders.prices_include_tax, false) as prices_include_tax,
        goods.goods_amount,
        goods.discount_lines,
        goods.amount_removed,
        {{ post_purchase_gate.smallest_unit('orders.currency') }} as smallest_unit,
        orders.order_total - orders.shipping_charged as charged_for_goods
    from {{ ref('int_orders') }} as orders
    inner join goods
        on orders.order_id = goods.order_id
),

-- an edit lowers the total in some sources and leaves it in others
edited as (
    select
        *,
        amount_removed > 0 and charged_for_goods >= goods_amount - smallest_unit as total_holds_removed,
        goods_amount - case when charged_for_goods < goods_amount - smallest_unit then amount_removed else 0 end as goods_charged
    from orders
),

discounted as (
    select
        *,
        {{ least }}({{ greatest }}(case
            when order_discount is not null then order_discount + discount_lines
            -- what these orders' totals lack is the credit for what went back
            when order_type in ('exchange', 'replacement') or charged_for_goods is null then discount_lines
            else {{ greatest }}(discount_lines, goods_charged - charged_for_goods)
        end, 0), {{ greatest }}(goods_amount, 0)) as discount_amount
    from edited
),

shared as (
    select
        *,
        cast(coalesce(discount_amount / nullif(goods_amount, 0), 0) as {{ fine_decimal }}) as own_discount_share
    from discounted
)

select
    shared.order_id,
    shared.root_order_id,
    shared.smallest_unit,
    cast(shared.goods_amount as decimal(18, 4)) as goods_amount,
    cast(shared.discount_amount as decimal(18, 4)) as discount_amount,
    -- what was bought at half the price is exchanged at half the price
    case when shared.own_discount_share > 0 or roots.order_id is null then shared.own_discount_share else roots.own_discount_share end
        as discount_share,
    -- refunds and lines are on the basis of the order's prices, the total is not where those leave out the tax
    cast({{ greatest }}(case
        when shared.prices_include_tax then 1
        else coalesce(shared.order_total / nullif(shared.goods_charged - shared.discount_amount + shared.shipping_charged, 0), 1)
    end, 1) as decimal(18, 6)) as gross_per_net,
    cast(shared.order_total - case when shared.total_holds_removed then shared.amount_removed else 0 end as decimal(18, 4)) as amount_owed
from shared
left join shared as roots
    -- one key, and no condition on the order beside it: with one the engine compares every order with every other
    on case when shared.order_type = 'exchange' then shared.root_order_id end = roots.order_id
