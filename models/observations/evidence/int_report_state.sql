-- Of the reports on one topic: is one unresolved, and the start of the earliest that still counts, its cool-off included.
with

counting as (
    select
        reports.*,
        reports.resolved_at is null as is_open
    from {{ ref('int_issue_reports') }} as reports
    inner join {{ ref('int_experience_points') }} as points
        on reports.point_id = points.point_id
    where
        reports.resolved_at is null
        or reports.resolved_at > {{ post_purchase_gate.add_days(-1 * var('report_cool_off_days'), 'points.point_at') }}
)

select
    point_id,
    topic,
    max(case when is_open then 1 else 0 end) = 1 as has_open_report,
    min(reported_at) as since,
    max(resolved_at) as last_resolved_at,
    min({{ dbt.concat(["report_table", "':'", "report_id"]) }}) as any_report,
    min(case when is_open then {{ dbt.concat(["report_table", "':'", "report_id"]) }} end) as open_report
from counting
group by point_id, topic
