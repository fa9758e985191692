-- Which action a message counts as, by the action and the flow that it names: the same for every message that names the same two. Of a flow whose
-- messages do not say which action they are, the flow map may; until it does, nobody knows what was written.
with

named as (
    select
        action as said_action,
        flow
    from {{ ref('base_messages') }}
    where coalesce(_rejected_reason, '') <> 'repeat'
    group by action, flow
),

counted as (
    select
        named.said_action,
        named.flow,
        coalesce(actions.action, flow_map.action, named.said_action) as action
    from named
    left join {{ ref('actions') }} as actions
        on named.said_action = actions.action
    left join {{ ref('flow_map') }} as flow_map
        on case when named.said_action <> 'newsletter' then named.flow end = flow_map.flow
)

select
    counted.said_action,
    counted.flow,
    counted.action,
    actions.action is null and coalesce(counted.action, 'other') <> 'newsletter' as is_unmapped
from counted
left join {{ ref('actions') }} as actions
    on counted.action = actions.action
