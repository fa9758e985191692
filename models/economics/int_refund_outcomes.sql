-- How many units of a SKU outlived their return window, and how many of those were refunded, by the first day on which a decision may
-- know it: the day after the window, or after the refund where that is later. Units given back count, and all units of a line whose money came
-- back; what was exchanged was not refunded.
with

lines as (
    select
        lines.order_line_id,
        lines.sku,
        lines.category,
        lines.quantity,
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

refunded as (
    select
        sold.sku,
        sold.category,
        sold.window_over_on,
        kept.order_line_id,
        kept.valid_from,
        {{ post_purchase_gate.least() }}(
            case
                when kept.nothing_kept_because in ('all_units_returned', 'line_refunded', 'order_refunded')
                    then sold.quantity - kept.units_exchanged - kept.units_taken_off
                else kept.units_back
            end, sold.quantity
        ) as units_so_far
    from {{ ref('int_line_kept') }} as kept
    inner join sold
        on kept.order_line_id = sold.order_line_id
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
        sku,
        category,
        {{ post_purchase_gate.greatest() }}(window_over_on, cast({{ post_purchase_gate.add_days(1, 'valid_from') }} as date)) as known_on,
        0 as units,
        units_so_far - coalesce(lag(units_so_far) over (partition by order_line_id order by valid_from), 0) as units_refunded
    from refunded
)

select
    sku,
    category,
    known_on,
    cast(sum(units) as decimal(18, 4)) as units,
    cast(sum(units_refunded) as decimal(18, 4)) as units_refunded
from outcomes
where units <> 0 or units_refunded <> 0
group by sku, category, known_on
