-- What the gate decides on every live line and action, with its times, its route and what it would recommend.
with

override_queue as (
    select
        max(queue) as queue,
        max(owner) as owner
    from {{ ref('support_queues') }}
    where check_name = 'override'
)

select
    -- ids
    {{ post_purchase_gate.text_key(['points.order_line_id', 'verdicts.action', 'verdicts.scope_id', 'version.policy_version']) }} as decision_id,
    version.policy_version,
    points.point_id,
    points.customer_id,
    points.person_id,
    points.order_id,
    points.order_line_id,
    verdicts.scope_id,
    verdicts.override_id,
    -- text
    points.sku,
    verdicts.action,
    verdicts.action_class,
    coalesce(actions.sender, 'gate') as sender,
    coalesce(choices.channel, '{{ var("default_channel") }}') as channel,
    choices.permission_key as channel_address_key,
    verdicts.stage,
    verdicts.verdict as decision,
    nullif({{ post_purchase_gate.split_part() }}(verdicts.reason_codes, ',', 1), '') as primary_reason,
    verdicts.reason_codes,
    targets.recommended_sku,
    case when verdicts.verdict = 'support' then coalesce(routes.support_queue, override_queue.queue) end as support_queue,
    case when verdicts.verdict = 'support' then coalesce(routes.support_owner, override_queue.owner) end as support_owner,
    -- numbers
    verdicts.priority,
    cast(targets.expected_contribution_profit as decimal(18, 4)) as expected_contribution_profit,
    -- booleans
    case when verdicts.verdict = 'support' then coalesce(routes.route_is_new, true) end as route_is_new,
    case when verdicts.verdict = 'support' then coalesce(routes.is_overdue, false) end as is_overdue,
    verdicts.is_spent,
    verdicts.is_held_out,
    verdicts.would_have_sent,
    -- timestamps
    points.point_at as as_of,
    verdicts.due_at,
    verdicts.expires_at,
    case when verdicts.verdict = 'pause' then verdicts.recheck_at end as recheck_at,
    case
        when verdicts.verdict = 'send' then {{ post_purchase_gate.least() }}(
            coalesce(verdicts.expires_at, {{ post_purchase_gate.add_time('hour', var('send_valid_hours'), 'points.point_at') }}),
            {{ post_purchase_gate.add_time('hour', var('send_valid_hours'), 'points.point_at') }}
        )
    end as valid_until,
    case when verdicts.verdict = 'support' then routes.support_due_at end as support_due_at
from {{ ref('int_verdicts') }} as verdicts
inner join {{ ref('int_points') }} as points
    on verdicts.point_id = points.point_id
inner join {{ ref('actions') }} as actions
    on verdicts.action = actions.action
cross join {{ ref('int_policy_version') }} as version
cross join override_queue
left join {{ ref('int_targets') }} as targets
    on verdicts.point_id = targets.point_id and verdicts.action = targets.action
left join {{ ref('int_channel_choices') }} as choices
    on verdicts.point_id = choices.point_id and verdicts.action = choices.action and choices.is_chosen
left join {{ ref('int_support_routes') }} as routes
    on verdicts.point_id = routes.point_id
where points.is_live
