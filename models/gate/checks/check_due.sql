{{ config(enabled=post_purchase_gate.decides(['live'])) }}
with

answers as (
    select
        actions.point_id,
        actions.action,
        case
            when actions.due_at is null or actions.due_at > points.point_at then 'waiting'
            when actions.expires_at < points.point_at then 'problem'
            else 'ok'
        end as state,
        case
            when actions.due_at is null then 'no_anchor'
            when actions.due_at > points.point_at then 'too_early'
            else 'expired'
        end as detail,
        case when actions.due_at <= points.point_at then actions.expires_at end as since,
        case when actions.due_at > points.point_at then actions.due_at end as clears_at,
        'order_lines' as evidence_table,
        points.order_line_id as evidence_id
    from {{ ref('int_point_actions') }} as actions
    inner join {{ ref('int_points') }} as points
        on actions.point_id = points.point_id
    where points.is_live
)

{{ post_purchase_gate.check_answers('due', has_action=true) }}
