{{ config(enabled=post_purchase_gate.decides(['live'])) }}
-- Live points only. A control group ends with its experiment: then time alone has cleared it. Where assignments are kept and were not loaded
-- lately, nobody knows who has been put into one since; a shop that keeps none draws.
{%- set unread = post_purchase_gate.unread(['experiment_assignments']) %}
with

control as (
    select
        customer_id,
        action,
        assignment,
        starts_at,
        ends_at
    from {{ ref('int_experiment_groups') }}
    where is_control and (ends_at is null or ends_at > {{ post_purchase_gate.as_of() }})
),

kept as (
    select feed
    from {{ ref('int_feed_status') }}
    where feed = 'experiment_assignments' and is_connected
),

answers as (
    select
        actions.point_id,
        actions.action,
        case
            when control.customer_id is not null then 'problem'
            when kept.feed is not null and experiments.action is not null and {{ unread }} is not null then 'unknown'
            else 'ok'
        end as state,
        coalesce(control.assignment, {{ unread }}) as detail,
        control.starts_at as since,
        control.ends_at as clears_at,
        case when control.assignment = 'assigned' then 'experiment_assignments' else 'experiments' end as evidence_table,
        case when control.assignment = 'assigned' then control.customer_id else control.action end as evidence_id
    from {{ ref('int_point_actions') }} as actions
    inner join {{ ref('int_points') }} as points
        on actions.point_id = points.point_id
    left join control
        on points.customer_id = control.customer_id and actions.action = control.action
    left join kept
        on control.customer_id is null
    left join {{ ref('experiments') }} as experiments
        on actions.action = experiments.action
    where points.is_live
)

{{ post_purchase_gate.check_answers('holdout', has_action=true) }}
