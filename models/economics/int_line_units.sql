-- Where the units of a line are: handed over, given back, refunded or canceled before they left, still to be shipped. A unit refunded
-- because it never arrived is not given back; one that was exchanged is.
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
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

kept as (
    select
        order_line_id,
        units_back + units_exchanged as units_refunded,
        units_taken_off
    from {{ ref('int_line_kept') }}
    where valid_from <= {{ post_purchase_gate.as_of() }} and valid_to > {{ post_purchase_gate.as_of() }}
),

not_received as (
    select
        order_line_id,
        sum(units) as units
    from {{ ref('int_refund_moves') }}
    where reason = 'not_received' and order_line_id is not null and refunded_at <= {{ post_purchase_gate.as_of() }}
    group by order_line_id
),

counted as (
    select
        lines.order_line_id,
        lines.quantity,
        lines.is_digital,
        lines.is_cancelled,
        case
            when lines.is_digital and not lines.is_cancelled then lines.quantity - coalesce(kept.units_taken_off, 0)
            -- a parcel that lists nothing carries its whole order, but not what an edit had taken off
            else {{ least }}(coalesce(shipped.units, 0), lines.quantity - coalesce(kept.units_taken_off, 0))
        end as units_shipped,
        {{ least }}(coalesce(kept.units_refunded, 0), lines.quantity) as units_refunded,
        coalesce(kept.units_taken_off, 0) as units_taken_off,
        {{ least }}(coalesce(not_received.units, 0), lines.quantity) as units_not_received
    from {{ ref('int_line_shares') }} as lines
    left join shipped
        on lines.order_line_id = shipped.order_line_id
    left join kept
        on lines.order_line_id = kept.order_line_id
    left join not_received
        on lines.order_line_id = not_received.order_line_id
),

kept_back as (
    select
        *,
        case
            when is_cancelled then quantity - units_shipped
            else {{ least }}(units_refunded + units_taken_off, quantity - units_shipped)
        end as units_never_left
    from counted
)

select
    order_line_id,
    cast(units_taken_off as decimal(18, 4)) as units_taken_off,
    cast(units_shipped as decimal(18, 4)) as units_shipped,
    cast(units_refunded as decimal(18, 4)) as units_refunded,
    cast(units_never_left as decimal(18, 4)) as units_never_left,
    cast({{ greatest }}({{ least }}(
        units_refunded - units_not_received - case when is_cancelled then 0 else {{ greatest }}(units_never_left - units_taken_off, 0) end, units_shipped
    ), 0) as decimal(18, 4)) as units_returned,
    cast(quantity - units_shipped - units_never_left as decimal(18, 4)) as units_to_ship
from kept_back
