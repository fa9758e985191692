{{ config(enabled=post_purchase_gate.decides(['live'])) }}
-- What must be told has no hours; anything else that runs out before the channel opens cannot go out any more.
with

timed as (
    select
        actions.point_id,
        actions.action,
        actions.due_at,
        actions.expires_at,
        points.point_at,
        points.order_line_id,
        coalesce(actions.action_class, '') <> 'transactional' and actions.expires_at < hours.send_after as expires_before_hours
    from {{ ref('int_point_actions') }} as actions
    inner join {{ ref('int_points') }} as points
        on actions.point_id = points.point_id
    left join {{ ref('int_channel_choices') }} as choices
        on actions.point_id = choices.point_id and actions.action = choices.action and choices.is_chosen
    left join {{ ref('int_customer_hours') }} as hours
        on points.customer_id = hours.customer_id and coalesce(choices.channel, '{{ var("default_channel") }}') = hours.channel
    where points.is_live
),

answers as (
    select
        point_id,
        action,
        case
            when due_at is null or due_at > point_at then 'waiting'
            when expires_at < point_at or expires_before_hours then 'problem'
            else 'ok'
        end as state,
        case
            when due_at is null then 'no_anchor'
            when due_at > point_at then 'too_early'
            when expires_at < point_at then 'expired'
            else 'expires_before_hours'
        end as detail,
        case when due_at <= point_at then expires_at end as since,
        case when due_at > point_at then due_at end as clears_at,
        'order_lines' as evidence_table,
        order_line_id as evidence_id
    from timed
)

{{ post_purchase_gate.check_answers('due', has_action=true) }}
