-- Where a point's issues go: the queue of the first issue in matrix order, by its topic where the seed names one.
with

issues as (
    select
        point_id,
        min(since) as since,
        max(case when issue_rank = 1 then check_name end) as check_name,
        max(case when issue_rank = 1 then since end) as first_since,
        max(case when issue_rank = 1 then evidence_id end) as evidence_id
    from {{ ref('int_issues') }}
    group by point_id
)

select
    issues.point_id,
    issues.check_name,
    issues.since,
    issues.evidence_id as issue_id,
    coalesce(topic_queue.queue, check_queue.queue) as support_queue,
    coalesce(topic_queue.owner, check_queue.owner) as support_owner,
    {{ post_purchase_gate.add_time(
        'hour', 'cast(coalesce(topic_queue.due_hours, check_queue.due_hours) as integer)', 'issues.first_since'
    ) }} as support_due_at,
    not tickets.has_open_ticket as route_is_new,
    coalesce({{ post_purchase_gate.add_days(var('max_pause_days'), 'issues.since') }} <= points.point_at, false) as is_overdue
from issues
inner join {{ ref('int_points') }} as points
    on issues.point_id = points.point_id
inner join {{ ref('int_ticket_state') }} as tickets
    on issues.point_id = tickets.point_id
left join {{ ref('support_queues') }} as topic_queue
    on issues.check_name = topic_queue.check_name and tickets.open_topic = topic_queue.topic
left join {{ ref('support_queues') }} as check_queue
    on issues.check_name = check_queue.check_name and check_queue.topic is null
