-- How the account of a point's order stood at its instant (int_payment_states); an exchange stands on the order that it answers. The answer is what
-- was seen, before it is asked whether the feed would have told more.
with

points as (
    {%- for points in ['int_points', 'int_review_points'] %}
    select
        point_id,
        point_at,
        order_id,
        root_order_id,
        ordered_at,
        cancelled_at
    from {{ ref(points) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

states as (
    select * from {{ ref('int_payment_states') }}
),

seen as (
    select
        points.point_id,
        points.point_at,
        points.cancelled_at,
        states.valid_from is not null as has_moved,
        states.standing,
        states.is_standing,
        states.is_settled,
        states.stands_since,
        states.paid_at,
        states.first_captured_at,
        coalesce(states.captured_amount, 0) as captured_amount,
        coalesce(states.amount_owed, amounts.amount_owed) as amount_owed,
        coalesce(states.is_money_kept, false) as is_money_kept,
        states.captured_after_cancel_at,
        states.captured_after_cancel_id,
        states.decided_at,
        states.decided_by_id,
        coalesce(amounts.amount_owed <= amounts.smallest_unit, false) as owes_nothing,
        orders.ordered_at as paying_ordered_at
    from points
    left join {{ ref('int_orders') }} as orders
        on points.root_order_id = orders.order_id
    left join {{ ref('int_order_amounts') }} as amounts
        on points.root_order_id = amounts.order_id
    left join states
        on
            points.root_order_id = states.paying_order_id
            and points.point_at >= states.valid_from
            and points.point_at < states.valid_to
),

answered as (
    select
        *,
        case
            when cancelled_at is not null and is_money_kept and captured_after_cancel_at is not null then 'problem:paid_after_cancel'
            when cancelled_at is not null and is_money_kept and {{ post_purchase_gate.add_days(var('refund_due_days'), 'cancelled_at') }} < point_at
                then 'problem:refund_due'
            -- the bank's claim outlives the order: somebody has to answer it, refunded or not
            when standing = 'chargeback' then 'problem:chargeback'
            when cancelled_at is not null then 'problem:cancelled'
            when standing in ('failed', 'voided') then {{ dbt.concat(["'problem:'", "standing"]) }}
            when is_standing or (not has_moved and owes_nothing) then 'ok'
            when has_moved then {{ dbt.concat(["'unknown:'", "standing"]) }}
            else 'unknown:no_payment_seen'
        end as payment_answer
    from seen
)

select
    point_id,
    payment_answer,
    payment_answer like 'problem:%' as is_payment_problem,
    case
        when payment_answer like 'unknown:%' then payment_answer
        when is_settled or (not has_moved and owes_nothing) then 'ok'
        when captured_amount > 0 then 'waiting:partly_captured'
        else {{ dbt.concat(["'waiting:'", "coalesce(standing, 'no_payment_seen')"]) }}
    end as settled_answer,
    -- an order that no longer stands has nothing to confirm
    case
        when payment_answer = 'ok' then coalesce(stands_since, case when not has_moved and owes_nothing then paying_ordered_at end)
    end as stands_since,
    coalesce(paid_at, case when not has_moved and owes_nothing then paying_ordered_at end) as paid_at,
    coalesce(first_captured_at, case when not has_moved and owes_nothing then paying_ordered_at end) as first_captured_at,
    cast(captured_amount as decimal(18, 4)) as captured_amount,
    cast(amount_owed as decimal(18, 4)) as amount_owed,
    is_money_kept,
    captured_after_cancel_at,
    captured_after_cancel_id,
    decided_at,
    decided_by_id
from answered
