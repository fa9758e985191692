{%- set unknown = post_purchase_gate.unknown_columns('orders', ['cancelled_at']) %}
with

facts as (
    select
        points.order_id,
        points.ordered_at,
        points.cancelled_at,
        points.knows_payments,
        points.unread_payments,
        points.knows_refunds,
        payments.*
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
),

judged as (
    select
        *,
        case
            -- whether the money went back nobody can say without the refunds
            when payment_answer in ('problem:refund_due') and not knows_refunds then 'problem:cancelled'
            when payment_answer like 'problem:%' then payment_answer
            {%- if unknown %}
            when knows_payments then 'unknown:column_cancelled_at'
            {%- endif %}
            when knows_payments then payment_answer
            else {{ dbt.concat(["'unknown:'", "coalesce(unread_payments, 'feed_payments')"]) }}
        end as answer
    from facts
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case
            when answer = 'problem:paid_after_cancel' then captured_after_cancel_at
            when answer = 'problem:refund_due' then {{ post_purchase_gate.add_days(var('refund_due_days'), 'cancelled_at') }}
            when answer = 'problem:cancelled' then cancelled_at
            when answer <> payment_answer then null
            else coalesce(decided_at, ordered_at)
        end as since,
        null as clears_at,
        case
            when answer in ('problem:cancelled', 'problem:refund_due', 'unknown:no_payment_seen') then 'orders' else 'payments'
        end as evidence_table,
        case
            when answer = 'problem:paid_after_cancel' then captured_after_cancel_id
            when answer in ('problem:cancelled', 'problem:refund_due', 'unknown:no_payment_seen') then order_id
            when answer = payment_answer then decided_by_id
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('payment') }}
