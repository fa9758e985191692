-- Of the channels that an action lists the one that a live line's message goes over. First what consent and deliverability permit by the matrix, then
-- the channel that the person prefers. Then, for what must be told, the order of the list; for an offer, what a message is worth over the channel, less
-- its cost, and then the order. A preference that nobody can read is no yes to another channel than the usual one.
{%- set is_usual = "(case when listed.channel = '" ~ var('default_channel') ~ "' then 0 else listed.channel_position end = usual.usual_position)" %}
with

-- a channel on which a person was sent nothing answers as everybody does there
rates as (
    select
        channel,
        max(channel_rate) as channel_rate
    from {{ ref('int_channel_affinity') }}
    group by channel
),

listed as (
    select
        points.point_id,
        channels.action,
        channels.action_class,
        channels.channel,
        channels.channel_position,
        channels.send_cost,
        permitted.permission_key,
        permitted.consent_state,
        permitted.consent_detail,
        permitted.deliverability_state,
        permitted.deliverability_detail,
        consent_cells.verdict as consent_verdict,
        deliverability_cells.verdict as deliverability_verdict,
        coalesce(preferences.preferred_channel = channels.channel, false) as is_preferred,
        preferences.person_id is not null and preferences.preferred_channel is null as is_preference_unread,
        coalesce(affinity.affinity, rates.channel_rate, 0) as affinity,
        coalesce(affinity.messages, 0) as messages,
        coalesce(affinity.responses, 0) as responses
    from {{ ref('int_action_channels') }} as channels
    inner join {{ ref('int_point_actions') }} as point_actions
        on channels.action = point_actions.action
    inner join {{ ref('int_points') }} as points
        on point_actions.point_id = points.point_id
    inner join {{ ref('int_orders') }} as orders
        on points.order_id = orders.order_id
    inner join {{ ref('int_channel_permissions') }} as permitted
        on
            points.customer_id = permitted.customer_id
            and coalesce(orders.store_id, '') = coalesce(permitted.store_id, '')
            and channels.channel = permitted.channel
    left join {{ ref('int_policy_cells') }} as consent_cells
        on
            consent_cells.policy = 'in_force'
            and consent_cells.check_name = 'consent'
            and permitted.consent_state = consent_cells.state
            and channels.action = consent_cells.action
    left join {{ ref('int_policy_cells') }} as deliverability_cells
        on
            deliverability_cells.policy = 'in_force'
            and deliverability_cells.check_name = 'deliverability'
            and permitted.deliverability_state = deliverability_cells.state
            and channels.action = deliverability_cells.action
    left join {{ ref('int_channel_affinity') }} as affinity
        on points.person_id = affinity.person_id and channels.channel = affinity.channel
    left join {{ ref('int_channel_preferences') }} as preferences
        on points.person_id = preferences.person_id
    left join rates
        on channels.channel = rates.channel
    where points.is_live
),

-- the default channel where the action lists it, else the first
usual as (
    select
        point_id,
        action,
        min(case when channel = '{{ var("default_channel") }}' then 0 else channel_position end) as usual_position
    from listed
    group by point_id, action
),

valued as (
    select
        listed.*,
        listed.consent_verdict is null
        and listed.deliverability_verdict is null
        and not (listed.is_preference_unread and listed.action_class = 'commercial' and not {{ is_usual }}) as is_allowed,
        {{ is_usual }} as is_usual,
        listed.affinity * {{ var('channel_response_worth') }} - listed.send_cost as worth
    from listed
    inner join usual
        on listed.point_id = usual.point_id and listed.action = usual.action
),

ranked as (
    select
        *,
        row_number() over (
            partition by point_id, action
            order by
                case when is_allowed then 0 else 1 end asc,
                -- where none is allowed, the usual channel says why
                case when not is_allowed and is_usual then 0 else 1 end asc,
                case when is_preferred then 0 else 1 end asc,
                case when is_allowed and action_class = 'commercial' then worth end desc nulls last,
                channel_position asc
        ) as choice
    from valued
)

select
    ranked.point_id,
    ranked.action,
    ranked.channel,
    ranked.channel_position,
    ranked.permission_key,
    ranked.choice = 1 as is_chosen,
    ranked.is_allowed,
    ranked.consent_state,
    ranked.consent_detail,
    ranked.deliverability_state,
    ranked.deliverability_detail,
    case
        when ranked.deliverability_verdict is not null then 'deliverability:' || ranked.deliverability_state
        when ranked.consent_verdict is not null then 'consent:' || ranked.consent_state
        when not ranked.is_allowed then 'ask:preference_unread'
        when ranked.choice = 1 then null
        when best.is_preferred then 'ask:not_preferred'
        when ranked.action_class = 'commercial' and ranked.worth < best.worth then 'ask:worth_less'
        else 'ask:later_in_the_list'
    end as why_not,
    cast(ranked.affinity as decimal(18, 6)) as affinity,
    ranked.messages,
    ranked.responses,
    ranked.send_cost,
    cast(ranked.worth as decimal(18, 6)) as worth
from ranked
inner join ranked as best
    on ranked.point_id = best.point_id and ranked.action = best.action and best.choice = 1
