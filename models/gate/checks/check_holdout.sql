{{ config(enabled=post_purchase_gate.decides(['live'])) }}
-- Live points only. A control group ends with its experiment: then time alone has cleared it. Where another tool assigns and its assignments are
-- not read, nobody knows who is held out; a shop that has none assigns nobody elsewhere.
with

control as (
    select
        person_id,
        action,
        assignment,
        starts_at,
        ends_at
    from {{ ref('int_experiment_groups') }}
    where is_control and (ends_at is null or ends_at > {{ post_purchase_gate.as_of() }})
),

assigned_elsewhere as (
    select is_connected
    from {{ ref('int_feed_status') }}
    where feed = 'experiment_assignments'
),

answers as (
    select
        actions.point_id,
        actions.action,
        case
            when control.person_id is not null then 'problem'
            when assigned_elsewhere.is_connected and {{ post_purchase_gate.unread(['experiment_assignments']) }} is not null then 'unknown'
            else 'ok'
        end as state,
        coalesce(control.assignment, {{ post_purchase_gate.unread(['experiment_assignments']) }}) as detail,
        control.starts_at as since,
        control.ends_at as clears_at,
        case when control.assignment = 'drawn' then 'experiments' else 'experiment_assignments' end as evidence_table,
        case when control.assignment = 'drawn' then control.action else control.person_id end as evidence_id
    from {{ ref('int_point_actions') }} as actions
    inner join {{ ref('int_points') }} as points
        on actions.point_id = points.point_id
    cross join assigned_elsewhere
    left join control
        on points.person_id = control.person_id and actions.action = control.action
    where points.is_live
)

{{ post_purchase_gate.check_answers('holdout', has_action=true) }}
