-- Where the units of a line are: handed over, given back, refunded or canceled before they left, still to be shipped. A unit refunded
-- because it never arrived is not given back.
with

shipped as (
    select
        order_line_id,
        sum(units) as units
    from {{ ref('int_line_parcels') }}
    where
        shipped_at <= {{ post_purchase_gate.as_of() }}
        and known_from <= {{ post_purchase_gate.as_of() }}
        and until_at > {{ post_purchase_gate.as_of() }}
        and not is_replacement
    group by order_line_id
),

refunded as (
    select
        order_line_id,
        sum(quantity) as units,
        sum(case when reason = 'not_received' then quantity else 0 end) as units_not_received
    from {{ ref('stg_refunds') }}
    where order_line_id is not null and refunded_at <= {{ post_purchase_gate.as_of() }}
    group by order_line_id
),

counted as (
    select
        lines.order_line_id,
        lines.quantity,
        lines.is_digital,
        lines.is_cancelled,
        case
            when lines.is_digital and not lines.is_cancelled then lines.quantity
            else least(coalesce(shipped.units, 0), lines.quantity)
        end as units_shipped,
        least(coalesce(refunded.units, 0), lines.quantity) as units_refunded,
        least(coalesce(refunded.units_not_received, 0), lines.quantity) as units_not_received
    from {{ ref('int_line_shares') }} as lines
    left join shipped
        on lines.order_line_id = shipped.order_line_id
    left join refunded
        on lines.order_line_id = refunded.order_line_id
),

kept_back as (
    select
        *,
        case when is_cancelled then quantity - units_shipped else least(units_refunded, quantity - units_shipped) end as units_never_left
    from counted
)

select
    order_line_id,
    cast(units_shipped as integer) as units_shipped,
    cast(units_refunded as integer) as units_refunded,
    cast(units_never_left as integer) as units_never_left,
    cast(greatest(least(
        units_refunded - units_not_received - case when is_cancelled then 0 else units_never_left end, units_shipped
    ), 0) as integer) as units_returned,
    cast(quantity - units_shipped - units_never_left as integer) as units_to_ship
from kept_back
