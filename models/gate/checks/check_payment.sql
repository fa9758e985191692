with

facts as (
    select
        points.order_id,
        points.order_total,
        points.ordered_at,
        points.cancelled_at,
        points.knows_payments,
        payments.*
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
),

judged as (
    select
        *,
        case
            when not knows_payments then 'unknown:feed_payments'
            when captured_after_cancel_at is not null and captured_amount > 0 then 'problem:paid_after_cancel'
            when cancelled_at is not null then 'problem:cancelled'
            when chargeback_at is not null then 'problem:chargeback'
            when order_total is null then 'unknown:no_total'
            when captured_amount >= order_total - 0.01 then 'ok'
            when captured_amount > 0 then 'waiting:partly_captured'
            when last_attempt_status = 'authorized' then 'waiting:authorized'
            -- of two authorizations one was voided: the other stands
            when last_attempt_status = 'voided' and authorized_left > 0.01 then 'waiting:authorized'
            when last_attempt_status in ('failed', 'voided') then 'problem:' || last_attempt_status
            when capture_id is not null then 'problem:voided'
            else 'unknown:no_payment_seen'
        end as answer
    from facts
),

answers as (
    select
        point_id,
        split_part(answer, ':', 1) as state,
        split_part(answer, ':', 2) as detail,
        case split_part(answer, ':', 2)
            when 'paid_after_cancel' then captured_after_cancel_at
            when 'cancelled' then cancelled_at
            when 'chargeback' then chargeback_at
            when 'no_payment_seen' then ordered_at
            when 'no_total' then ordered_at
            else last_attempt_at
        end as since,
        null as clears_at,
        case when split_part(answer, ':', 2) in ('cancelled', 'no_payment_seen', 'no_total') then 'orders' else 'payments' end as evidence_table,
        case split_part(answer, ':', 2)
            when 'paid_after_cancel' then captured_after_cancel_id
            when 'cancelled' then order_id
            when 'chargeback' then chargeback_id
            when 'no_payment_seen' then order_id
            when 'no_total' then order_id
            when 'partly_captured' then capture_id
            when 'feed_payments' then null
            else coalesce(last_attempt_id, capture_id)
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('payment') }}
