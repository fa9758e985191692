with

judged as (
    select
        delivery.*,
        points.point_at,
        points.ordered_at,
        case
            when not points.knows_fulfillments and not points.is_digital then 'unknown:feed_fulfillments'
            when delivery.not_received_since is not null then 'problem:not_received'
            when delivery.lost_at is not null then 'problem:' || delivery.lost_how
            -- without the tickets nobody can say that no one asked where the parcel is
            when delivery.delivery_grade = 'inferred' and not points.knows_tickets then 'unknown:feed_tickets'
            when delivery.delivered_at is not null then 'ok'
            when points.is_digital then 'waiting:not_paid'
            when delivery.units_shipped < delivery.units_owed then 'waiting:not_shipped'
            when delivery.expected_at >= points.point_at then 'waiting:under_way'
            when delivery.units_owed <= 0 then 'waiting:nothing_owed'
            else 'unknown:no_scan'
        end as answer
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
),

answers as (
    select
        point_id,
        split_part(answer, ':', 1) as state,
        split_part(answer, ':', 2) as detail,
        case split_part(answer, ':', 1)
            when 'problem' then coalesce(not_received_since, lost_at)
            when 'waiting' then coalesce(first_shipped_at, ordered_at)
            when 'unknown' then case when answer = 'unknown:no_scan' then expected_at end
        end as since,
        null as clears_at,
        case
            when answer = 'problem:not_received' then 'tickets'
            when split_part(answer, ':', 1) = 'problem' then 'fulfillment_events'
            else 'fulfillments'
        end as evidence_table,
        case
            when answer = 'problem:not_received' then not_received_ticket_id
            when split_part(answer, ':', 1) = 'problem' then lost_event_id
            when answer not in ('unknown:feed_fulfillments', 'unknown:feed_tickets') then fulfillment_id
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('delivery') }}
