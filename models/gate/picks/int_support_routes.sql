-- Where a point's issues go as one: the queue of the first in matrix order.
with

routes as (
    select
        point_id,
        min(point_at) as point_at,
        min(since) as since,
        max(case when issue_rank = 1 then check_name end) as check_name,
        max(case when issue_rank = 1 then evidence_id end) as issue_id,
        max(case when issue_rank = 1 then support_queue end) as support_queue,
        max(case when issue_rank = 1 then support_owner end) as support_owner,
        max(case when issue_rank = 1 then due_at end) as support_due_at,
        max(case when ticket_id is not null then 1 else 0 end) = 0 as route_is_new
    from {{ ref('int_issue_queues') }}
    group by point_id
)

select
    point_id,
    check_name,
    since,
    issue_id,
    support_queue,
    support_owner,
    support_due_at,
    route_is_new,
    coalesce({{ post_purchase_gate.add_days(var('max_pause_days'), 'since') }} <= point_at, false) as is_overdue
from routes
