-- Problems that were seen come before what a feed did not tell; a silence is a problem only where its feed would have told (int_delivery_evidence).
with

judged as (
    select
        delivery.*,
        points.point_at,
        points.ordered_at,
        points.unread_fulfillments,
        case
            when not points.knows_tickets then coalesce(points.unread_tickets, 'feed_tickets')
            else coalesce(points.unread_ticket_events, 'feed_ticket_events')
        end as unread_tickets,
        -- what nobody scans is delivered in time, unless the tickets cannot tell that no one asks where it is
        case when points.knows_tickets and points.knows_ticket_events then delivery.presumed_at end as clears_at,
        case
            when delivery.not_received_since is not null and delivery.units_owed > 0 then 'problem:not_received'
            when delivery.failed_since is not null then {{ dbt.concat(["'problem:'", "delivery.failed_how"]) }}
            when delivery.replacement_not_shipped_since is not null then 'problem:not_shipped'
            when delivery.stalled_since <= coalesce(delivery.overdue_since, delivery.stalled_since) then 'problem:stalled'
            when delivery.overdue_since is not null then 'problem:overdue'
            when not points.knows_fulfillments and not points.is_digital then 'unknown:feed_fulfillments'
            -- without the tickets nobody can say that no one asked where the parcel is
            when delivery.is_unheard and delivery.units_owed > 0 then 'unknown:feed_tickets'
            when delivery.delivered_at is not null then 'ok'
            when points.is_digital then 'waiting:not_paid'
            when delivery.content_unknown_since is not null then 'unknown:parcel_lines_missing'
            when delivery.units_owed <= 0 then 'waiting:nothing_owed'
            -- of several parcels one that should have come is not known to be safe
            when delivery.awaited_at < points.point_at then 'unknown:no_scan'
            when delivery.replacement_since is not null then 'waiting:replacement'
            when delivery.units_shipped < delivery.units_to_ship then 'waiting:not_shipped'
            when delivery.has_ready_parcel then 'waiting:ready_for_pickup'
            else 'waiting:under_way'
        end as answer
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        case answer
            when 'unknown:feed_fulfillments' then coalesce(unread_fulfillments, 'feed_fulfillments')
            when 'unknown:feed_tickets' then unread_tickets
            else {{ post_purchase_gate.split_part() }}(answer, ':', 2)
        end as detail,
        case
            when answer = 'problem:not_received' then not_received_since
            -- of several problems the worst is named, and the first began it
            when answer like 'problem:%'
                then {{ post_purchase_gate.least(4) }}(
                    coalesce(failed_since, {{ post_purchase_gate.end_of_time() }}),
                    coalesce(replacement_not_shipped_since, {{ post_purchase_gate.end_of_time() }}),
                    coalesce(stalled_since, {{ post_purchase_gate.end_of_time() }}),
                    coalesce(overdue_since, {{ post_purchase_gate.end_of_time() }})
                )
            when answer = 'waiting:replacement' then replacement_since
            when answer like 'waiting:%' then coalesce(first_shipped_at, ordered_at)
            when answer = 'unknown:no_scan' then awaited_at
            when answer = 'unknown:parcel_lines_missing' then content_unknown_since
        end as since,
        case when answer in ('unknown:no_scan', 'problem:stalled') then clears_at end as clears_at,
        case
            when answer = 'problem:not_received' then 'tickets'
            when answer in ('problem:lost', 'problem:failed', 'problem:returned_to_sender') then 'fulfillment_events'
            when answer in ('problem:not_shipped', 'waiting:replacement') then 'order_lines'
            else 'fulfillments'
        end as evidence_table,
        case
            when answer = 'problem:not_received' then not_received_ticket_id
            when answer in ('problem:lost', 'problem:failed', 'problem:returned_to_sender') then failed_event_id
            when answer in ('problem:not_shipped', 'waiting:replacement') then replacement_line_id
            when answer in ('problem:stalled', 'problem:overdue') then late_fulfillment_id
            when answer not in ('unknown:feed_fulfillments', 'unknown:feed_tickets') then fulfillment_id
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('delivery') }}
