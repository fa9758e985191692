-- What happened to the units and the money of a line, one row per line and instant. Money back without a line is not here: it is shared among
-- the lines by what is left of them when it is read (int_line_kept).
with

refunds as (
    select *
    from {{ ref('int_refund_moves') }}
    where refunded_at is not null and not is_shipping
),

line_refunds as (
    select
        order_line_id,
        refund_id,
        reason,
        refunded_at,
        units,
        amount,
        is_taken_off,
        is_unknown
    from refunds
    where order_line_id is not null
    union all
    -- an order that came back whole: all units of its lines
    select
        lines.order_line_id,
        refunds.refund_id,
        refunds.reason,
        refunds.refunded_at,
        lines.quantity as units,
        0 as amount,
        refunds.is_taken_off,
        false as is_unknown
    from refunds
    inner join {{ ref('int_order_lines') }} as lines
        on refunds.root_order_id = lines.root_order_id and lines.order_type <> 'replacement' and refunds.refunded_at >= lines.ordered_at
    where refunds.is_every_unit
),

exchanges as (
    select
        old_order_line_id as order_line_id,
        new_order_line_id,
        exchanged_at as moved_at,
        units
    from {{ ref('int_line_exchanges') }}
    where exchanged_at is not null and not is_void
    union all
    select
        old_order_line_id as order_line_id,
        cast(null as {{ dbt.type_string() }}) as new_order_line_id,
        cancelled_at as moved_at,
        -1 * units as units
    from {{ ref('int_line_exchanges') }}
    where exchanged_at is not null and not is_void and cancelled_at is not null
),

moves as (
    select
        order_line_id,
        refunded_at as moved_at,
        case when reason <> 'exchange' then units else 0 end as units_back,
        case when reason = 'exchange' then units else 0 end as units_back_for_exchange,
        case when reason <> 'exchange' and is_taken_off then units else 0 end as units_taken_off,
        0 as units_exchanged,
        case when reason <> 'exchange' then amount else 0 end as amount_back,
        case when reason = 'exchange' then amount else 0 end as amount_back_for_exchange,
        refund_id,
        case when is_unknown then refund_id end as unknown_refund_id,
        cast(null as {{ dbt.type_string() }}) as new_order_line_id
    from line_refunds
    union all
    select
        order_line_id,
        moved_at,
        0 as units_back,
        0 as units_back_for_exchange,
        0 as units_taken_off,
        units as units_exchanged,
        0 as amount_back,
        0 as amount_back_for_exchange,
        cast(null as {{ dbt.type_string() }}) as refund_id,
        cast(null as {{ dbt.type_string() }}) as unknown_refund_id,
        new_order_line_id
    from exchanges
)

select
    order_line_id,
    moved_at,
    cast(sum(units_back) as decimal(18, 4)) as units_back,
    cast(sum(units_back_for_exchange) as decimal(18, 4)) as units_back_for_exchange,
    cast(sum(units_taken_off) as decimal(18, 4)) as units_taken_off,
    cast(sum(units_exchanged) as decimal(18, 4)) as units_exchanged,
    cast(sum(amount_back) as decimal(18, 4)) as amount_back,
    cast(sum(amount_back_for_exchange) as decimal(18, 4)) as amount_back_for_exchange,
    min(refund_id) as refund_id,
    min(unknown_refund_id) as unknown_refund_id,
    min(new_order_line_id) as new_order_line_id
from moves
group by order_line_id, moved_at
