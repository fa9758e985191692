{{ config(enabled=post_purchase_gate.decides(['live'])) }}
-- Live points only: what is sent is judged at as_of. Of several broken guards the first by name speaks.
with

broken as (
    select
        action,
        min(metric) as metric
    from {{ ref('int_watch_guards') }}
    where state = 'stop'
    group by action
),

answers as (
    select
        actions.point_id,
        actions.action,
        case when broken.metric is not null then 'problem' else 'ok' end as state,
        broken.metric as detail,
        null as since,
        null as clears_at,
        'watch_thresholds' as evidence_table,
        broken.metric as evidence_id
    from {{ ref('int_point_actions') }} as actions
    inner join {{ ref('int_points') }} as points
        on actions.point_id = points.point_id
    left join broken
        on actions.action = broken.action
    where points.is_live
)

{{ post_purchase_gate.check_answers('circuit_breaker', has_action=true) }}
