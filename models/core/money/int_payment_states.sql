-- How an order's account stood, from one move to the next: what was captured, authorized and is owed, and whether the order stood on it. A void
-- takes back what is authorized and not captured, and only then a capture. Of moves at one instant the worse comes later.
{%- set order_by = 'partition by paying_order_id order by moved_at, step, move_id' -%}
{%- set so_far = 'over (' ~ order_by ~ ' rows between unbounded preceding and current row)' %}
with

moves as (
    select
        *,
        case kind
            when 'pending' then 1 when 'authorized' then 2 when 'captured' then 3 when 'failed' then 4 when 'voided' then 5
            when 'chargeback_won' then 6 when 'chargeback' then 7 else 8
        end as step,
        -- a capture of nothing takes nothing
        kind = 'captured' and (amount > 0 or is_amount_unknown) as takes_money
    from {{ ref('int_payment_moves') }}
),

-- a void that does not say how much takes back all
outstanding as (
    select
        *,
        row_number() over ({{ order_by }}) as move_number,
        sum(case
            when kind = 'authorized' then amount
            when kind = 'captured' then -1 * amount
            when kind = 'voided' then -1 * case when is_amount_unknown then 1000000000 else amount end
            else 0
        end) {{ so_far }} as balance
    from moves
),

floored as (
    select
        *,
        {{ post_purchase_gate.greatest() }}(-1 * min(balance) {{ so_far }}, 0) as taken_beyond
    from outstanding
),

summed as (
    select
        *,
        balance + taken_beyond as authorized_left,
        case when kind = 'voided' then taken_beyond - coalesce(lag(taken_beyond) over ({{ order_by }}), 0) else 0 end as capture_voided
    from floored
),

running as (
    select
        paying_order_id,
        moved_at,
        move_number,
        authorized_left,
        {{ post_purchase_gate.greatest() }}(sum(case when kind = 'captured' then amount else 0 end - capture_voided) {{ so_far }}, 0) as captured_amount,
        sum(case when kind = 'refunded' then amount else 0 end) {{ so_far }} as refunded_amount,
        sum(case
            when not is_of_cancelled_order then 0
            when kind in ('captured', 'chargeback_won') then amount
            when kind in ('refunded', 'chargeback') then -1 * amount
            else -1 * capture_voided
        end) {{ so_far }} as kept_after_cancellation,
        sum(owed_change) {{ so_far }} as owed_change,
        max(case when is_cash then 1 else 0 end) {{ so_far }} as is_cash,
        max(case when kind = 'captured' and is_amount_unknown then 1 else 0 end) {{ so_far }} as is_capture_unknown,
        min(case when takes_money then moved_at end) {{ so_far }} as first_captured_at,
        min(case when kind = 'captured' then move_id end) {{ so_far }} as capture_id,
        min(case when takes_money and is_after_cancellation then moved_at end) {{ so_far }} as captured_after_cancel_at,
        min(case when takes_money and is_after_cancellation then move_id end) {{ so_far }} as captured_after_cancel_id,
        max(case when kind = 'pending' then move_number end) {{ so_far }} as pending_number,
        max(case when kind in ('failed', 'voided') then move_number end) {{ so_far }} as ended_number,
        max(case when kind in ('pending', 'authorized', 'failed', 'voided', 'captured') then move_number end) {{ so_far }} as attempt_number,
        max(case when kind = 'chargeback' then move_number end) {{ so_far }} as chargeback_number,
        max(case when kind = 'chargeback_won' then moved_at end) {{ so_far }} as chargeback_won_at,
        max(case when kind = 'chargeback' then moved_at end) {{ so_far }} as last_chargeback_at,
        sum(case when kind = 'chargeback_won' then 1 else 0 end) {{ so_far }} as chargebacks_won,
        min(case when kind = 'unknown' then move_id end) {{ so_far }} as unknown_status_id,
        min(case when kind = 'other_currency' then move_id end) {{ so_far }} as other_currency_id
    from summed
),

owed as (
    select
        running.*,
        orders.ordered_at,
        orders.order_total is null as is_owed_unknown,
        coalesce(amounts.amount_owed, orders.order_total) as amount_owed_at_first,
        coalesce(amounts.amount_owed, orders.order_total) + running.owed_change as amount_owed,
        case
            when running.is_cash = 1 then {{ post_purchase_gate.cash_step('orders.currency') }}
            else {{ post_purchase_gate.smallest_unit('orders.currency') }}
        end as tolerance,
        running.captured_amount > 0 or running.is_capture_unknown = 1 as has_captured,
        coalesce(running.pending_number > coalesce(running.ended_number, 0), false) as is_pending
    from running
    inner join {{ ref('int_orders') }} as orders
        on running.paying_order_id = orders.order_id
    left join {{ ref('int_order_amounts') }} as amounts
        on running.paying_order_id = amounts.order_id
),

judged as (
    select
        *,
        case
            when last_chargeback_at is not null and not coalesce(chargeback_won_at > last_chargeback_at, false) then 'chargeback'
            when
                ended_number is not null and not has_captured and authorized_left <= 0 and not is_pending
                -- what is taken off an order later does not pay it
                and not coalesce(amount_owed_at_first <= tolerance and amount_owed <= tolerance, false)
                then 'ended'
            when unknown_status_id is not null then 'unknown_status'
            when has_captured then 'captured'
            when amount_owed <= tolerance then 'nothing_owed'
            when is_pending then 'pending'
            when authorized_left > 0 and amount_owed is null then 'no_total'
            when authorized_left >= amount_owed - tolerance then 'authorized'
            when authorized_left > 0 then 'partly_authorised'
            when other_currency_id is not null then 'other_currency'
            else 'no_payment_seen'
        end as standing,
        captured_amount >= amount_owed - tolerance and is_capture_unknown = 0 as is_settled
    from owed
),

runs as (
    select
        *,
        standing in ('captured', 'nothing_owed', 'pending', 'authorized') as is_standing,
        case
            when standing = 'chargeback' then chargeback_number
            when standing = 'ended' then ended_number
            else attempt_number
        end as deciding_number,
        sum(case when standing in ('captured', 'nothing_owed', 'pending', 'authorized') then 0 else 1 end) over (
            partition by paying_order_id order by move_number rows between unbounded preceding and current row
        ) as falls
    from judged
)

select
    runs.paying_order_id,
    runs.moved_at as valid_from,
    coalesce(lead(runs.moved_at) over (partition by runs.paying_order_id order by runs.move_number), {{ post_purchase_gate.end_of_time() }}) as valid_to,
    case when runs.standing = 'ended' then deciding.kind else runs.standing end as standing,
    runs.is_standing,
    runs.standing in ('chargeback', 'ended') as is_unpaid,
    -- since when the order stands: what owes nothing stands from its own date
    case
        when not runs.is_standing then null
        when runs.falls = 0 and runs.amount_owed_at_first <= runs.tolerance then runs.ordered_at
        else {{ post_purchase_gate.greatest() }}(
            min(case when runs.is_standing then runs.moved_at end) over (
                partition by runs.paying_order_id, runs.falls order by runs.move_number rows between unbounded preceding and current row
            ),
            runs.ordered_at
        )
    end as stands_since,
    coalesce(runs.is_settled, false) as is_settled,
    case
        when runs.amount_owed_at_first <= runs.tolerance then runs.ordered_at
        else min(case when runs.is_settled then runs.moved_at end) over (
            partition by runs.paying_order_id order by runs.move_number rows between unbounded preceding and current row
        )
    end as paid_at,
    coalesce(
        runs.first_captured_at,
        case when runs.amount_owed_at_first <= runs.tolerance then runs.ordered_at end,
        min(case when runs.standing = 'nothing_owed' then runs.moved_at end) over (
            partition by runs.paying_order_id order by runs.move_number rows between unbounded preceding and current row
        )
    ) as first_captured_at,
    cast(runs.captured_amount as decimal(18, 4)) as captured_amount,
    cast(runs.authorized_left as decimal(18, 4)) as authorized_left,
    cast(runs.refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(runs.amount_owed as decimal(18, 4)) as amount_owed,
    runs.tolerance,
    runs.kept_after_cancellation > runs.tolerance as is_money_kept,
    runs.captured_after_cancel_at,
    runs.captured_after_cancel_id,
    case
        when runs.standing = 'chargeback'
            then min(case when deciding.kind = 'chargeback' then deciding.moved_at end) over (
                partition by runs.paying_order_id, runs.chargebacks_won order by runs.move_number rows between unbounded preceding and current row
            )
        else deciding.moved_at
    end as decided_at,
    case
        when runs.standing = 'unknown_status' then runs.unknown_status_id
        when runs.standing = 'other_currency' then runs.other_currency_id
        else coalesce(deciding.move_id, runs.capture_id)
    end as decided_by_id,
    runs.unknown_status_id,
    runs.capture_id
from runs
left join outstanding as deciding
    on runs.paying_order_id = deciding.paying_order_id and runs.deciding_number = deciding.move_number
