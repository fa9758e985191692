with

answers as (
    select
        points.point_id,
        case
            when not points.knows_messages then 'unknown'
            when dead_channels.event_id is not null then 'problem'
            else 'ok'
        end as state,
        case when points.knows_messages then dead_channels.event_type else 'feed_messages' end as detail,
        case when points.knows_messages then dead_channels.occurred_at end as since,
        null as clears_at,
        'message_events' as evidence_table,
        case when points.knows_messages then dead_channels.event_id end as evidence_id
    from {{ ref('int_points') }} as points
    left join {{ ref('int_dead_channels') }} as dead_channels
        on
            points.customer_id = dead_channels.customer_id
            and points.channel = dead_channels.channel
            and dead_channels.occurred_at <= points.point_at
)

{{ post_purchase_gate.check_answers('deliverability') }}
