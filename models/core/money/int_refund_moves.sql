-- What each refund row says, and of which line: where only one line was sold, a refund of the order is one of that line; a refund of a replacement
-- speaks of the line that it stands for.
with

families as (
    select
        root_order_id,
        count(*) as lines,
        sum(quantity) as quantity,
        min(order_line_id) as order_line_id
    from {{ ref('int_order_lines') }}
    where order_type <> 'replacement'
    group by root_order_id
),

replaced as (
    select
        new_order_line_id,
        min(old_order_line_id) as old_order_line_id
    from {{ ref('int_line_successors') }}
    where successor_kind = 'replacement'
    group by new_order_line_id
),

refunds as (
    select
        {{ dbt.concat(["refunds.refund_id", "':'", "coalesce(refunds.order_line_id, '')"]) }} as refund_move_id,
        refunds.refund_id,
        refunds.order_id,
        orders.root_order_id,
        coalesce(replaced.old_order_line_id, refunds.order_line_id, case when families.lines = 1 then families.order_line_id end)
            as order_line_id,
        refunds.reason,
        coalesce(refunds.quantity, 0) as units,
        coalesce(refunds.amount, 0) as amount,
        refunds.reason = 'shipping' and coalesce(refunds.quantity, 0) = 0 as is_shipping,
        refunds.requested_at,
        -- by another clock it may be older than its order: money came back all the same
        case when refunds.refunded_at < orders.ordered_at then orders.ordered_at else refunds.refunded_at end as refunded_at,
        refunds.rejected_at,
        families.quantity as family_quantity
    from {{ ref('stg_refunds') }} as refunds
    inner join {{ ref('int_orders') }} as orders
        on refunds.order_id = orders.order_id
    left join families
        on orders.root_order_id = families.root_order_id
    left join replaced
        on refunds.order_line_id = replaced.new_order_line_id
),

shipped as (
    select refunds.refund_move_id
    from refunds
    inner join {{ ref('int_order_lines') }} as lines
        on refunds.root_order_id = lines.root_order_id and (refunds.order_line_id is null or refunds.order_line_id = lines.order_line_id)
    inner join {{ ref('int_line_parcels') }} as parcels
        on lines.order_line_id = parcels.order_line_id and refunds.refunded_at >= parcels.shipped_at
    where not coalesce(parcels.cancelled_at <= refunds.refunded_at, false)
    group by refunds.refund_move_id
),

captured as (
    select refunds.refund_move_id
    from refunds
    inner join {{ ref('stg_payments') }} as payments
        on refunds.order_id = payments.order_id and refunds.refunded_at >= payments.occurred_at
    where payments.status = 'captured'
    group by refunds.refund_move_id
)

select
    refunds.refund_move_id,
    refunds.refund_id,
    refunds.order_id,
    refunds.root_order_id,
    refunds.order_line_id,
    refunds.reason,
    cast(refunds.units as decimal(18, 4)) as units,
    cast(refunds.amount as decimal(18, 4)) as amount,
    refunds.is_shipping,
    -- units of an order of several lines say whose they are only when they are all of them
    refunds.order_line_id is null and refunds.units > 0 and refunds.units >= refunds.family_quantity as is_every_unit,
    not refunds.is_shipping
    and refunds.amount = 0
    and (refunds.units = 0 or (refunds.order_line_id is null and refunds.units < refunds.family_quantity)) as is_unknown,
    -- before the goods left, or before the money came
    refunds.refunded_at is not null and (shipped.refund_move_id is null or captured.refund_move_id is null) as is_taken_off,
    case when refunds.refunded_at < refunds.requested_at then refunds.refunded_at else coalesce(refunds.requested_at, refunds.refunded_at) end
        as known_at,
    refunds.requested_at,
    refunds.refunded_at,
    refunds.rejected_at
from refunds
left join shipped
    on refunds.refund_move_id = shipped.refund_move_id
left join captured
    on refunds.refund_move_id = captured.refund_move_id
