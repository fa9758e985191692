{%- set unknown = post_purchase_gate.unknown_columns('orders', ['cancelled_at']) %}
with

judged as (
    select
        points.point_id,
        points.order_id,
        points.ordered_at,
        payments.decided_at,
        payments.decided_by_id,
        case
            when points.knows_payments then {{ "'unknown:column_cancelled_at'" if unknown else 'payments.settled_answer' }}
            else {{ dbt.concat(["'unknown:'", "coalesce(points.unread_payments, 'feed_payments')"]) }}
        end as answer,
        points.knows_payments
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_payment_evidence') }} as payments
        on points.point_id = payments.point_id
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case when knows_payments then coalesce(decided_at, ordered_at) end as since,
        null as clears_at,
        case when decided_by_id is null then 'orders' else 'payments' end as evidence_table,
        case when knows_payments then coalesce(decided_by_id, order_id) end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('settled') }}
