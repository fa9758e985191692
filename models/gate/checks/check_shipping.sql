-- What is not shipped in its time is an issue of its own: nobody else tells the customer.
{%- set split_part = post_purchase_gate.split_part() %}
with

judged as (
    select
        delivery.*,
        points.ordered_at,
        points.unread_fulfillments,
        case
            when points.is_digital then 'ok'
            when delivery.not_shipped_since is not null then 'problem:not_shipped'
            when not points.knows_fulfillments then 'unknown:feed'
            when delivery.is_own_content_unknown then 'unknown:parcel_lines_missing'
            when delivery.units_shipped >= delivery.units_to_ship then 'ok'
            when delivery.units_shipped > 0 then 'waiting:partly_shipped'
            else 'waiting:not_shipped'
        end as answer
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
),

answers as (
    select
        point_id,
        {{ split_part }}(answer, ':', 1) as state,
        case when answer = 'unknown:feed' then coalesce(unread_fulfillments, 'feed_fulfillments') else {{ split_part }}(answer, ':', 2) end as detail,
        case {{ split_part }}(answer, ':', 1)
            when 'problem' then not_shipped_since
            when 'unknown' then content_unknown_since
            else ordered_at
        end as since,
        null as clears_at,
        'fulfillments' as evidence_table,
        case when answer <> 'unknown:feed' then fulfillment_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('shipping') }}
