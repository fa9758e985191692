-- A void takes back an authorization that was not captured first, and only then a capture. An order's money is summed once, payment by payment;
-- a point reads the row that held at its instant, so that ten points of an order cost no more than one.
{%- set so_far = 'over (partition by order_id order by occurred_at, payment_id rows between unbounded preceding and current row)' -%}
{%- set status_sums = [('captured_amount', 'captured'), ('authorized_amount', 'authorized'), ('voided_amount', 'voided')] %}
with

points as (
    {%- for points in ['int_points', 'int_review_points'] %}
    select
        point_id,
        point_at,
        order_id,
        root_order_id,
        order_type,
        order_total,
        ordered_at,
        cancelled_at
    from {{ ref(points) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- as far as any of its points sees the cancellation; a capture after it lies later still
orders as (
    select
        order_id,
        max(root_order_id) as root_order_id,
        max(order_type) as order_type,
        max(order_total) as order_total,
        max(cancelled_at) as cancelled_at
    from points
    group by order_id
),

-- an exchange stands on the order that it answers: a chargeback there is one here
paying_orders as (
    select
        *,
        order_id as paying_order_id
    from orders
    union all
    select
        *,
        root_order_id as paying_order_id
    from orders
    where order_type = 'exchange' and order_id <> root_order_id
),

moves as (
    select
        paying_orders.order_id,
        paying_orders.order_total,
        paying_orders.cancelled_at,
        payments.payment_id,
        payments.status,
        payments.occurred_at,
        coalesce(payments.amount, 0) as amount
    from paying_orders
    inner join {{ ref('stg_payments') }} as payments
        on paying_orders.paying_order_id = payments.order_id
    where paying_orders.order_id = payments.order_id or payments.status in ('chargeback', 'chargeback_won')
),

captured as (
    select
        *,
        sum(case when status = 'captured' then amount else 0 end) {{ so_far }} as captured_so_far
    from moves
),

money as (
    select
        order_id,
        occurred_at,
        coalesce(lead(occurred_at) over (partition by order_id order by occurred_at, payment_id), {{ post_purchase_gate.end_of_time() }}) as until_at,
        {%- for name, status in status_sums %}
        sum(case when status = '{{ status }}' then amount else 0 end) {{ so_far }} as {{ name }},
        {%- endfor %}
        sum(case when status = 'voided' and captured_so_far > 0 then amount else 0 end) {{ so_far }} as voided_after_capture,
        min(case when status = 'captured' and captured_so_far >= order_total - 0.01 then occurred_at end) {{ so_far }} as paid_at,
        min(case when status = 'captured' then payment_id end) {{ so_far }} as capture_id,
        max(case when status = 'chargeback' then occurred_at end) {{ so_far }} as chargeback_at,
        max(case when status = 'chargeback' then payment_id end) {{ so_far }} as chargeback_id,
        max(case when status = 'chargeback_won' then occurred_at end) {{ so_far }} as chargeback_won_at,
        min(case when status = 'captured' and occurred_at >= cancelled_at then occurred_at end) {{ so_far }} as captured_after_cancel_at,
        min(case when status = 'captured' and occurred_at >= cancelled_at then payment_id end) {{ so_far }} as captured_after_cancel_id
    from captured
),

-- of attempts at one instant the later in an attempt's life counts
attempts as (
    select
        order_id,
        payment_id,
        status,
        occurred_at,
        case status when 'authorized' then 1 when 'failed' then 2 when 'voided' then 3 end as attempt_order
    from moves
    where status in ('authorized', 'failed', 'voided')
),

last_attempts as (
    select
        *,
        coalesce(
            lead(occurred_at) over (partition by order_id order by occurred_at, attempt_order, payment_id), {{ post_purchase_gate.end_of_time() }}
        ) as until_at
    from attempts
)

select
    points.point_id,
    cast(coalesce(
        money.captured_amount - case
            when money.voided_after_capture > greatest(money.authorized_amount - money.captured_amount, 0)
                then money.voided_after_capture - greatest(money.authorized_amount - money.captured_amount, 0)
            else 0
        end, 0
    ) as decimal(18, 4)) as captured_amount,
    cast(coalesce(money.authorized_amount - money.voided_amount, 0) as decimal(18, 4)) as authorized_left,
    case when points.order_total <= 0.01 then points.ordered_at else money.paid_at end as paid_at,
    money.capture_id,
    case when money.chargeback_won_at is null or money.chargeback_won_at < money.chargeback_at then money.chargeback_at end as chargeback_at,
    money.chargeback_id,
    money.captured_after_cancel_at,
    money.captured_after_cancel_id,
    last_attempts.status as last_attempt_status,
    last_attempts.occurred_at as last_attempt_at,
    last_attempts.payment_id as last_attempt_id
from points
left join money
    on
        points.order_id = money.order_id
        and points.point_at >= money.occurred_at
        and points.point_at < money.until_at
left join last_attempts
    on
        points.order_id = last_attempts.order_id
        and points.point_at >= last_attempts.occurred_at
        and points.point_at < last_attempts.until_at
