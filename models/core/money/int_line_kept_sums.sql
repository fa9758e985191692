-- The moves of a line summed up to each instant at which anything moved in its order or the order's exchanges, beside what they move within.
{%- set of_line = 'over (partition by spans.order_line_id order by spans.valid_from rows between unbounded preceding and current row)' -%}
{%- set of_order = 'over (partition by instants.root_order_id order by instants.moved_at rows between unbounded preceding and current row)' %}
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
with

lines as (
    select *
    from {{ ref('int_order_lines') }}
    where order_type <> 'replacement'
),

moves as (
    select
        moves.*,
        lines.root_order_id
    from {{ ref('int_line_kept_moves') }} as moves
    inner join lines
        on moves.order_line_id = lines.order_line_id
),

pools as (
    select
        root_order_id,
        refunded_at as moved_at,
        sum(amount) as amount,
        min(refund_id) as refund_id,
        min(case when is_unknown then refund_id end) as unknown_refund_id
    from {{ ref('int_refund_moves') }}
    where refunded_at is not null and not is_shipping and order_line_id is null
    group by root_order_id, refunded_at
),

instants as (
    select
        root_order_id,
        moved_at
    from moves
    {{ post_purchase_gate.union_distinct() }}
    select
        root_order_id,
        moved_at
    from pools
    {{ post_purchase_gate.union_distinct() }}
    select
        root_order_id,
        ordered_at as moved_at
    from lines
    where units_removed > 0
    {{ post_purchase_gate.union_distinct() }}
    -- what answers an order that has come back already answers nothing
    select
        root_order_id,
        ordered_at as moved_at
    from lines
    where order_type = 'exchange'
),

order_sums as (
    select
        instants.root_order_id,
        instants.moved_at as valid_from,
        coalesce(sum(pools.amount) {{ of_order }}, 0) as pool_amount,
        min(pools.refund_id) {{ of_order }} as pool_refund_id,
        min(pools.unknown_refund_id) {{ of_order }} as unknown_refund_id,
        min(case when pools.root_order_id is not null then instants.moved_at end) {{ of_order }} as first_refunded_at,
        max(case when pools.root_order_id is not null then instants.moved_at end) {{ of_order }} as last_refunded_at
    from instants
    left join pools
        on instants.root_order_id = pools.root_order_id and instants.moved_at = pools.moved_at
),

-- a line that takes another's place is sold from then on, and an exchange that falls was none
taking_over as (
    select
        new_order_line_id,
        min(exchanged_at) as sold_at
    from {{ ref('int_line_exchanges') }}
    group by new_order_line_id
),

spans as (
    select
        lines.order_line_id,
        lines.root_order_id,
        lines.quantity,
        lines.units_removed,
        lines.net_amount,
        ceil(lines.quantity) * {{ post_purchase_gate.smallest_unit('lines.currency') }} as tolerance,
        order_sums.valid_from,
        order_sums.pool_amount,
        order_sums.pool_refund_id,
        order_sums.unknown_refund_id,
        order_sums.first_refunded_at,
        order_sums.last_refunded_at,
        taking_over.new_order_line_id is not null as takes_over,
        coalesce(case when taking_over.new_order_line_id is null then lines.ordered_at else taking_over.sold_at end <= order_sums.valid_from, false)
        and not (lines.order_type = 'exchange' and coalesce(lines.cancelled_at <= order_sums.valid_from, false)) as is_sold
    from lines
    inner join order_sums
        on lines.root_order_id = order_sums.root_order_id and lines.ordered_at <= order_sums.valid_from
    left join taking_over
        on lines.order_line_id = taking_over.new_order_line_id
)

select
    spans.order_line_id,
    spans.root_order_id,
    spans.valid_from,
    spans.quantity,
    coalesce(spans.units_removed, 0) as units_removed,
    cast(case when spans.is_sold then spans.net_amount else 0 end as decimal(18, 4)) as amount_sold,
    cast(case when spans.takes_over and spans.is_sold then spans.net_amount else 0 end as decimal(18, 4)) as amount_taken_over,
    cast(spans.tolerance as decimal(18, 4)) as tolerance,
    cast(spans.pool_amount as decimal(18, 4)) as pool_amount,
    spans.pool_refund_id,
    {%- for sum in [
        'units_back', 'units_back_for_exchange', 'units_taken_off', 'units_exchanged', 'amount_back', 'amount_back_for_exchange'
    ] %}
    cast(coalesce(sum(moves.{{ sum }}) {{ of_line }}, 0) as decimal(18, 4)) as {{ sum }},
    {%- endfor %}
    coalesce(min(moves.refund_id) {{ of_line }}, spans.pool_refund_id) as refund_id,
    coalesce(min(moves.unknown_refund_id) {{ of_line }}, spans.unknown_refund_id) as unknown_refund_id,
    max(moves.new_order_line_id) {{ of_line }} as new_order_line_id,
    {{ least }}(spans.first_refunded_at, min(case when moves.refund_id is not null then spans.valid_from end) {{ of_line }}) as first_refunded_at,
    {{ greatest }}(spans.last_refunded_at, max(case when moves.refund_id is not null then spans.valid_from end) {{ of_line }}) as last_refunded_at
from spans
left join moves
    on spans.order_line_id = moves.order_line_id and spans.valid_from = moves.moved_at
