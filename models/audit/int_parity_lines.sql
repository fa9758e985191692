{{ config(enabled=post_purchase_gate.decides(['due'])) }}
-- Lines whose review could be asked for and whose time for it is over: how they fared, with an issue before it and without, whatever the risk.
-- What would never be asked about anyway (returned, a gift, no consent, never delivered) says nothing about parity and is left out.
with

asked as (
    select
        lines.order_line_id,
        min(messages.sent_at) as asked_at
    from {{ ref('int_order_lines') }} as lines
    inner join {{ ref('int_messages') }} as messages
        on lines.order_id = messages.order_id
    where
        messages.action = 'review_request'
        and messages.sent_at <= {{ post_purchase_gate.as_of() }}
        and (messages.order_line_id is null or messages.order_line_id = lines.order_line_id)
    group by lines.order_line_id
),

issues as (
    select findings.point_id
    from {{ ref('int_findings') }} as findings
    inner join {{ ref('checks') }} as checks
        on findings.check_name = checks.check_name
    where checks.is_issue and findings.state in ('problem', 'waiting')
    group by findings.point_id
),

past as (
    select
        sends.*,
        {{ post_purchase_gate.add_days(var('max_pause_days') + var('parity_window_days'), 'sends.due_at') }} as deadline_at
    from {{ ref('int_first_sends') }} as sends
    where sends.action = 'review_request' and not sends.is_held_for_good
)

select
    past.order_line_id,
    past.order_id,
    past.customer_id,
    past.reason_codes,
    past.due_at,
    past.deadline_at,
    scores.negative_review_risk_score,
    ntile(10) over (order by scores.negative_review_risk_score asc nulls last, past.order_line_id asc) as risk_decile,
    tickets.tickets > 0 or refunds.first_requested_at is not null or delivery.last_exception_at is not null or issues.point_id is not null
        as had_issue,
    asked.asked_at,
    past.first_send_at,
    asked.asked_at <= past.deadline_at as was_asked,
    coalesce(past.first_send_at <= past.deadline_at, false) as could_be_asked
from past
inner join {{ ref('int_ticket_state') }} as tickets
    on past.point_id = tickets.point_id
inner join {{ ref('int_refund_evidence') }} as refunds
    on past.point_id = refunds.point_id
inner join {{ ref('int_delivery_evidence') }} as delivery
    on past.point_id = delivery.point_id
left join {{ ref('int_risk_scores') }} as scores
    on past.point_id = scores.point_id
left join issues
    on past.point_id = issues.point_id
left join asked
    on past.order_line_id = asked.order_line_id
where past.deadline_at <= {{ post_purchase_gate.as_of() }}
