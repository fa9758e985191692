-- How many units of a SKU outlived their return window, and how many of those were refunded, by the first day on which a decision may
-- know it: the day after the window, or after the refund where that is later. Units given back count, and lines refunded in full.
with

lines as (
    select
        lines.order_line_id,
        lines.order_id,
        lines.sku,
        lines.category,
        lines.quantity,
        lines.net_amount,
        lines.order_total,
        lines.cancelled_at,
        cast({{ post_purchase_gate.add_days('cast(assumptions.refund_window_days as integer) + 1', 'lines.ordered_at') }} as date) as window_over_on
    from {{ ref('int_order_lines') }} as lines
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    where lines.order_type <> 'replacement' and not lines.is_test
),

sold as (
    select *
    from lines
    where cancelled_at is null or cast(cancelled_at as date) >= window_over_on
),

refunds as (
    select
        sold.order_line_id,
        refunds.refund_id,
        refunds.refunded_at,
        case
            when refunds.quantity > 0 then refunds.quantity
            when refunds.amount >= sold.net_amount and sold.net_amount > 0 then sold.quantity
            else 0
        end as units
    from {{ ref('stg_refunds') }} as refunds
    inner join sold
        on refunds.order_line_id = sold.order_line_id
    where refunds.refunded_at is not null
    union all
    select
        sold.order_line_id,
        refunds.refund_id,
        refunds.refunded_at,
        sold.quantity as units
    from {{ ref('stg_refunds') }} as refunds
    inner join sold
        on refunds.order_id = sold.order_id
    where refunds.refunded_at is not null and refunds.order_line_id is null and refunds.amount >= sold.order_total and sold.order_total > 0
),

running as (
    select
        *,
        sum(units) over (
            partition by order_line_id order by refunded_at, refund_id rows between unbounded preceding and current row
        ) as units_so_far
    from refunds
),

outcomes as (
    select
        sku,
        category,
        window_over_on as known_on,
        quantity as units,
        0 as units_refunded
    from sold
    union all
    select
        sold.sku,
        sold.category,
        greatest(sold.window_over_on, cast({{ post_purchase_gate.add_days(1, 'running.refunded_at') }} as date)) as known_on,
        0 as units,
        -- no unit is refunded twice
        least(running.units_so_far, sold.quantity) - least(running.units_so_far - running.units, sold.quantity) as units_refunded
    from running
    inner join sold
        on running.order_line_id = sold.order_line_id
)

select
    sku,
    category,
    known_on,
    cast(sum(units) as bigint) as units,
    cast(sum(units_refunded) as bigint) as units_refunded
from outcomes
group by sku, category, known_on
