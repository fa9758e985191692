-- What was kept of a line, from one change to the next. Lines to whose order nothing happened have no row: all their units are kept. The exchange's
-- line and a refund with reason exchange speak of the same units. Money back without a line goes to the lines by what is left of each.
{%- set family = 'over (partition by root_order_id, valid_from)' -%}
{%- set line = 'partition by order_line_id order by valid_from' %}
with

counted as (
    select
        *,
        -- a source that counts units taken off by an edit among the refunds, too, says the same twice
        {{ post_purchase_gate.greatest() }}(units_removed, units_taken_off) - units_taken_off as units_removed_unseen,
        {{ post_purchase_gate.greatest() }}(units_back_for_exchange, units_exchanged) as units_given_in_exchange,
        {{ post_purchase_gate.greatest() }}(
            amount_back_for_exchange,
            cast(round(coalesce(cast(amount_sold as decimal(19, 4)) * units_exchanged / nullif(quantity, 0), 0), 4) as decimal(18, 4))
        ) as amount_given_in_exchange
    from {{ ref('int_line_kept_sums') }}
),

left_over as (
    select
        *,
        quantity - units_removed_unseen - units_back - units_given_in_exchange as units_left,
        {{ post_purchase_gate.greatest() }}(amount_sold - amount_back - amount_given_in_exchange, 0) as amount_left
    from counted
),

weighed as (
    select
        *,
        case
            when sum(amount_left) {{ family }} > 0 then amount_left
            when sum(amount_sold) {{ family }} > 0 then amount_sold
            else 1
        end as weight
    from left_over
),

shared as (
    select
        *,
        {{ post_purchase_gate.value_share('weight', 'root_order_id, valid_from') }} as pool_share,
        row_number() over (partition by root_order_id, valid_from order by weight desc, order_line_id asc) = 1 as takes_remainder,
        -- what takes another's place is sold for its own price, or for nothing, with the old one's price as its credit
        sum(amount_sold) {{ family }}
        - case when sum(amount_taken_over) {{ family }} > 0 then sum(amount_given_in_exchange) {{ family }} else 0 end as amount_out
    from weighed
),

compared as (
    select
        *,
        sum(amount_back + amount_back_for_exchange) {{ family }} + pool_amount > 0
        and amount_out > 0
        and sum(amount_back) {{ family }} + pool_amount >= amount_out - sum(tolerance) {{ family }} as is_all_money_back
    from shared
),

paid_back as (
    select
        *,
        {{ post_purchase_gate.shared_amount('pool_amount', 'pool_share', 'takes_remainder', 'root_order_id, valid_from') }} as shared_amount
    from compared
),

judged as (
    select
        *,
        case
            when units_left <= 0 and units_given_in_exchange >= quantity then 'exchanged'
            when units_left <= 0 and units_removed_unseen >= quantity then 'taken_off'
            when units_left <= 0 then 'all_units_returned'
            -- a line that cost nothing cannot be refunded in money
            when
                amount_sold > 0 and amount_back + amount_back_for_exchange > 0
                and amount_back + amount_back_for_exchange >= amount_sold - tolerance
                then 'line_refunded'
            when is_all_money_back then 'order_refunded'
            when amount_sold > 0 and shared_amount > 0 and amount_back + amount_back_for_exchange + shared_amount >= amount_sold - tolerance
                then 'order_refunded'
        end as nothing_kept_because
    from paid_back
),

runs as (
    select
        *,
        sum(case when nothing_kept_because is null then 1 else 0 end) over (
            {{ line }} rows between unbounded preceding and current row
        ) as run
    from judged
)

select
    order_line_id,
    root_order_id,
    valid_from,
    coalesce(lead(valid_from) over ({{ line }}), {{ post_purchase_gate.end_of_time() }}) as valid_to,
    cast({{ post_purchase_gate.least() }}(units_removed_unseen, quantity) as decimal(18, 4)) as units_taken_off,
    cast({{ post_purchase_gate.least() }}(units_back, quantity) as decimal(18, 4)) as units_back,
    cast({{ post_purchase_gate.least() }}(units_given_in_exchange, quantity) as decimal(18, 4)) as units_exchanged,
    cast(case when nothing_kept_because is null then units_left else 0 end as decimal(18, 4)) as units_kept,
    cast(amount_back + amount_back_for_exchange as decimal(18, 4)) as own_amount_back,
    shared_amount as shared_amount_back,
    -- the price of exchanged units that no refund speaks of: their successor is paid for with it
    cast(amount_given_in_exchange - amount_back_for_exchange as decimal(18, 4)) as exchange_credit,
    nothing_kept_because,
    min(case when nothing_kept_because is not null then valid_from end) over (
        partition by order_line_id, run order by valid_from rows between unbounded preceding and current row
    ) as nothing_kept_since,
    case when nothing_kept_because is null then unknown_refund_id end as unknown_refund_id,
    refund_id,
    new_order_line_id,
    first_refunded_at,
    last_refunded_at
from runs
