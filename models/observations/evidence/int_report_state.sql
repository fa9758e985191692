-- Of the reports on one topic that still count, open or in their cool-off: is one unresolved, may one of unknown meaning be, and since when.
-- The oldest is what support has left waiting, the youngest of each kind is what may delay a review ask.
with

counting as (
    select
        reports.point_id,
        reports.topic,
        reports.is_certain,
        reports.reported_at,
        reports.resolved_at,
        reports.resolved_at is null as is_open,
        {{ dbt.concat(["reports.report_table", "':'", "reports.report_id"]) }} as report
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
    max(case when is_certain and is_open then 1 else 0 end) = 1 as has_open_report,
    max(case when is_certain then 0 else 1 end) = 1 as has_uncertain_report,
    coalesce(
        min(case when is_certain and is_open then reported_at end), min(case when is_certain then reported_at end)
    ) as since,
    min(case when not is_certain then reported_at end) as uncertain_since,
    max(case when is_certain and is_open then reported_at end) as open_pause_since,
    max(case when not is_certain then reported_at end) as uncertain_pause_since,
    max(case when is_certain and not is_open then reported_at end) as cooling_pause_since,
    max(case when is_certain then resolved_at end) as last_resolved_at,
    max(case when not is_certain then resolved_at end) as last_uncertain_resolved_at,
    max(case when not is_certain and is_open then 1 else 0 end) = 1 as has_open_uncertain_report,
    min(case when is_certain then report end) as any_report,
    min(case when is_certain and is_open then report end) as open_report,
    min(case when not is_certain then report end) as uncertain_report
from counting
group by point_id, topic
