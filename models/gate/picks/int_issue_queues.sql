-- Where each issue of a live point goes: the queue of its ticket's topic where the seed names one, else of what the check found, else of the
-- check; and when it is due there, from the start of the issue.
with

routed as (
    select
        issues.point_id,
        issues.check_name,
        issues.detail,
        issues.since,
        issues.evidence_table,
        issues.evidence_id,
        issues.matrix_position,
        issues.issue_rank,
        points.point_at,
        points.order_line_id,
        points.order_id,
        points.customer_id,
        points.person_id,
        points.sku,
        tickets.open_ticket_id as ticket_id,
        tickets.open_topic as topic,
        coalesce(topic_queue.queue, detail_queue.queue, check_queue.queue) as support_queue,
        coalesce(topic_queue.owner, detail_queue.owner, check_queue.owner) as support_owner,
        cast(coalesce(topic_queue.due_hours, detail_queue.due_hours, check_queue.due_hours) as integer) as due_hours
    from {{ ref('int_issues') }} as issues
    inner join {{ ref('int_points') }} as points
        on issues.point_id = points.point_id
    inner join {{ ref('int_ticket_state') }} as tickets
        on issues.point_id = tickets.point_id
    left join {{ ref('support_queues') }} as topic_queue
        on issues.check_name = topic_queue.check_name and tickets.open_topic = topic_queue.topic
    left join {{ ref('support_queues') }} as detail_queue
        on issues.check_name = detail_queue.check_name and issues.detail = detail_queue.detail and detail_queue.topic is null
    left join {{ ref('support_queues') }} as check_queue
        on issues.check_name = check_queue.check_name and check_queue.detail is null and check_queue.topic is null
)

select
    *,
    {{ post_purchase_gate.add_time('hour', 'due_hours', 'since') }} as due_at
from routed
