-- What was heard comes before what a feed did not tell. One answer for every commercial action, and a later one for the review request, which also keeps its distance from the last one.
with

facts as (
    select
        points.point_id,
        points.point_at,
        points.knows_messages,
        messages.last_commercial_id,
        messages.last_commercial_at,
        messages.last_review_request_at,
        messages.last_review_request_id,
        {{ post_purchase_gate.add_time('hour', var('frequency_min_gap_hours'), 'messages.last_commercial_at') }} as gap_clears_at,
        case
            when messages.commercial_messages >= {{ var('frequency_max_messages') }}
                then {{ post_purchase_gate.add_days(var('frequency_window_days'), 'messages.capping_message_at') }}
        end as cap_clears_at,
        {{ post_purchase_gate.add_days(var('review_min_gap_days'), 'messages.last_review_request_at') }} as review_clears_at
    from {{ ref('int_permission_points') }} as points
    inner join {{ ref('int_message_evidence') }} as messages
        on points.point_id = messages.point_id
),

limits as (
    select
        *,
        case when cap_clears_at > gap_clears_at then cap_clears_at else gap_clears_at end as general_clears_at
    from facts
),

answers as (
    select
        point_id,
        cast(null as {{ dbt.type_string() }}) as action,
        case
            when general_clears_at > point_at then 'waiting'
            when not knows_messages then 'unknown'
            else 'ok'
        end as state,
        case
            when cap_clears_at > point_at then 'cap_reached'
            when general_clears_at > point_at then 'sent_recently'
            else 'feed_messages'
        end as detail,
        case when general_clears_at > point_at then last_commercial_at end as since,
        case when general_clears_at > point_at then general_clears_at end as clears_at,
        'messages' as evidence_table,
        case when general_clears_at > point_at then last_commercial_id end as evidence_id
    from limits
    union all
    select
        point_id,
        'review_request' as action,
        'waiting' as state,
        'asked_recently' as detail,
        last_review_request_at as since,
        case when review_clears_at > general_clears_at then review_clears_at else general_clears_at end as clears_at,
        'messages' as evidence_table,
        last_review_request_id as evidence_id
    from limits
    where review_clears_at > point_at
)

{{ post_purchase_gate.check_answers('frequency', has_action=true) }}
