{{ config(materialized='table') }}
-- The last message that took a point's action for its scope. Shipping news are new with every news, and told to the parcels then under way; one
-- check-in covers every parcel that had been delivered before it.
with

candidates as (
    select
        point_actions.point_id,
        point_actions.action,
        point_actions.action_scope,
        actions.due_anchor = 'shipping_news' as tells_news,
        {{ post_purchase_gate.add_days('-1 * cast(actions.due_offset_days as integer)', 'point_actions.due_at') }} as news_at,
        points.message_id as audited_message_id,
        points.point_at,
        points.person_id,
        points.root_order_id,
        points.order_line_id,
        points.ordered_at,
        delivery.news_delivered_at,
        delivery.arrived_fulfillment_id
    from {{ ref('int_point_actions') }} as point_actions
    inner join {{ ref('int_points') }} as points
        on point_actions.point_id = points.point_id
    inner join {{ ref('actions') }} as actions
        on point_actions.action = actions.action
    left join {{ ref('int_delivery_evidence') }} as delivery
        on point_actions.point_id = delivery.point_id
),

scopes as (
    select * from {{ ref('int_message_scopes') }}
),

covered as (
    select
        candidates.point_id,
        candidates.action,
        scopes.message_id
    from candidates
    inner join scopes
        on candidates.root_order_id = scopes.root_order_id and candidates.action = scopes.action
    where
        candidates.action_scope in ('order', 'line', 'fulfillment')
        and (
            candidates.action_scope in ('order', 'fulfillment')
            or scopes.message_scope = 'order'
            or candidates.order_line_id = scopes.order_line_id
        )
    {{ post_purchase_gate.union_distinct() }}
    select
        candidates.point_id,
        candidates.action,
        scopes.message_id
    from candidates
    inner join scopes
        on candidates.person_id = scopes.person_id and candidates.action = scopes.action
    where
        candidates.action_scope = 'customer'
        or (scopes.message_scope = 'person' and candidates.ordered_at < scopes.sent_at)
),

sent as (
    select
        candidates.point_id,
        candidates.action,
        messages.message_id,
        messages.sent_at,
        row_number() over (
            partition by candidates.point_id, candidates.action order by messages.sent_at desc, messages.message_id desc
        ) as recency
    from covered
    inner join candidates
        on covered.point_id = candidates.point_id and covered.action = candidates.action
    inner join {{ ref('int_contacts') }} as messages
        on covered.message_id = messages.message_id
    left join {{ ref('int_line_parcels') }} as parcels
        on candidates.order_line_id = parcels.order_line_id and messages.fulfillment_id = parcels.fulfillment_id
    where
        {{ post_purchase_gate.was_sent('messages', 'candidates.point_at') }}
        and coalesce(candidates.audited_message_id, '') <> messages.message_id
        and (
            candidates.action_scope <> 'fulfillment'
            -- a check-in that names the parcel has asked about it, however early
            or (not candidates.tells_news and messages.fulfillment_id = candidates.arrived_fulfillment_id)
            or (
                candidates.news_at <= messages.sent_at
                and (
                    not candidates.tells_news
                    or parcels.fulfillment_id is not null
                    or (messages.fulfillment_id is null and not coalesce(candidates.news_delivered_at <= messages.sent_at, false))
                )
            )
        )
)

select
    point_id,
    action,
    message_id,
    sent_at
from sent
where recency = 1
