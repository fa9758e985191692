with

answers as (
    select
        points.point_id,
        case
            when not points.knows_messages then 'unknown'
            when messages.dead_channel_since is not null then 'problem'
            else 'ok'
        end as state,
        case when points.knows_messages then messages.dead_channel_event else 'feed_messages' end as detail,
        case when points.knows_messages then messages.dead_channel_since end as since,
        null as clears_at,
        'message_events' as evidence_table,
        case when points.knows_messages then messages.dead_channel_event_id end as evidence_id
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_message_evidence') }} as messages
        on points.point_id = messages.point_id
)

{{ post_purchase_gate.check_answers('deliverability') }}
