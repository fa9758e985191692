-- A void takes back an authorization that was not captured first, and only then a capture.
with

points as (
    select * from {{ ref('int_instants') }}
),

-- an exchange stands on the order that it answers: a chargeback there is one here
matched as (
    select
        points.point_id,
        payments.payment_id
    from points
    inner join {{ ref('stg_payments') }} as payments
        on points.order_id = payments.order_id and payments.occurred_at <= points.point_at
    union
    select
        points.point_id,
        payments.payment_id
    from points
    inner join {{ ref('stg_payments') }} as payments
        on points.root_order_id = payments.order_id and payments.occurred_at <= points.point_at
    where points.order_type = 'exchange' and payments.status in ('chargeback', 'chargeback_won')
),

seen as (
    select
        points.point_id,
        points.order_total,
        points.cancelled_at,
        payments.payment_id,
        payments.status,
        payments.occurred_at,
        coalesce(payments.amount, 0) as amount,
        case payments.status when 'authorized' then 1 when 'failed' then 2 when 'voided' then 3 end as attempt_order,
        sum(case when payments.status = 'captured' then coalesce(payments.amount, 0) else 0 end) over (
            partition by points.point_id order by payments.occurred_at, payments.payment_id
            rows between unbounded preceding and current row
        ) as captured_so_far
    from matched
    inner join points
        on matched.point_id = points.point_id
    inner join {{ ref('stg_payments') }} as payments
        on matched.payment_id = payments.payment_id
),

totals as (
    select
        point_id,
        sum(case when status = 'captured' then amount else 0 end) as captured_amount,
        sum(case when status = 'authorized' then amount else 0 end) as authorized_amount,
        sum(case when status = 'voided' then amount else 0 end) as voided_amount,
        sum(case when status = 'voided' and captured_so_far > 0 then amount else 0 end) as voided_after_capture,
        min(case when status = 'captured' and captured_so_far >= order_total - 0.01 then occurred_at end) as paid_at,
        min(case when status = 'captured' then payment_id end) as capture_id,
        max(case when status = 'chargeback' then occurred_at end) as chargeback_at,
        max(case when status = 'chargeback' then payment_id end) as chargeback_id,
        max(case when status = 'chargeback_won' then occurred_at end) as chargeback_won_at,
        min(case when status = 'captured' and occurred_at >= cancelled_at then occurred_at end) as captured_after_cancel_at,
        min(case when status = 'captured' and occurred_at >= cancelled_at then payment_id end) as captured_after_cancel_id
    from seen
    group by point_id
),

last_attempts as (
    select
        point_id,
        status,
        occurred_at,
        payment_id,
        row_number() over (partition by point_id order by occurred_at desc, attempt_order desc, payment_id desc) as recency
    from seen
    where attempt_order is not null
)

select
    points.point_id,
    cast(coalesce(
        totals.captured_amount - case
            when totals.voided_after_capture > greatest(totals.authorized_amount - totals.captured_amount, 0)
                then totals.voided_after_capture - greatest(totals.authorized_amount - totals.captured_amount, 0)
            else 0
        end, 0
    ) as decimal(18, 4)) as captured_amount,
    cast(coalesce(totals.authorized_amount - totals.voided_amount, 0) as decimal(18, 4)) as authorized_left,
    case when points.order_total <= 0.01 then points.ordered_at else totals.paid_at end as paid_at,
    totals.capture_id,
    case when totals.chargeback_won_at is null or totals.chargeback_won_at < totals.chargeback_at then totals.chargeback_at end as chargeback_at,
    totals.chargeback_id,
    totals.captured_after_cancel_at,
    totals.captured_after_cancel_id,
    last_attempts.status as last_attempt_status,
    last_attempts.occurred_at as last_attempt_at,
    last_attempts.payment_id as last_attempt_id
from points
left join totals
    on points.point_id = totals.point_id
left join last_attempts
    on points.point_id = last_attempts.point_id and last_attempts.recency = 1
