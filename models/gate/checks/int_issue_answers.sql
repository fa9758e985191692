{{ config(materialized='table') }}
-- What the issue checks found: an issue that is open, or one that could not be looked for. Of a payment problem only money to be given back
-- and a chargeback are issues. Behind one that is none, as a cancellation, there may be one that nobody could read.
with

unread_payments as (
    select
        point_id,
        coalesce(unread_payments, 'feed_payments') as detail
    from {{ ref('int_points') }}
    where not knows_payments
),

answers as (
    {%- for check in post_purchase_gate.issue_checks() %}
    select
        point_id,
        check_name,
        state,
        detail,
        since,
        clears_at,
        evidence_table,
        evidence_id
    from {{ ref('check_' ~ check) }}
    where
        state in ('problem', 'unknown')
        -- what a review ask is told apart is no other issue
        and action is null
        {%- if check == 'payment' %}
        and (state = 'unknown' or detail in ({{ post_purchase_gate.payment_issues() }}))
        {%- endif %}
    union all
    {%- endfor %}
    select
        payments.point_id,
        payments.check_name,
        'unknown' as state,
        unread_payments.detail,
        null as since,
        null as clears_at,
        'payments' as evidence_table,
        null as evidence_id
    from {{ ref('check_payment') }} as payments
    inner join unread_payments
        on payments.point_id = unread_payments.point_id
    where payments.state = 'problem' and payments.detail not in ({{ post_purchase_gate.payment_issues() }})
)

select
    point_id,
    check_name,
    state,
    detail,
    since,
    clears_at,
    evidence_table,
    evidence_id
from answers
