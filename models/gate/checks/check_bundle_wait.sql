-- One ask per order: a line that is ready waits for another that will be within bundle_wait_days of it.
with

askable as (
    select
        points.point_id,
        points.origin,
        points.point_at,
        points.message_id,
        points.root_order_id,
        points.order_line_id,
        use_evidence.use_ready_at,
        kept.state = 'ok' and points.is_reviewable and coalesce(already_done.state, 'ok') <> 'problem' as is_askable
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_use_evidence') }} as use_evidence
        on points.point_id = use_evidence.point_id
    inner join {{ ref('check_kept') }} as kept
        on points.point_id = kept.point_id
    left join {{ ref('check_already_done') }} as already_done
        on points.point_id = already_done.point_id and already_done.action = 'review_request'
    where points.order_type <> 'replacement'
),

waits as (
    select
        ready.point_id,
        max(soon.use_ready_at) as clears_at,
        max(soon.order_line_id) as waits_for_line_id
    from askable as ready
    inner join askable as soon
        on
            ready.root_order_id = soon.root_order_id
            and ready.origin = soon.origin
            and ready.point_at = soon.point_at
            and ready.order_line_id <> soon.order_line_id
    where
        ready.use_ready_at <= ready.point_at
        and soon.is_askable
        and soon.use_ready_at > ready.point_at
        and soon.use_ready_at <= {{ post_purchase_gate.add_days(var('bundle_wait_days'), 'ready.use_ready_at') }}
    group by ready.point_id
),

answers as (
    select
        points.point_id,
        'review_request' as action,
        case when waits.clears_at is not null then 'waiting' else 'ok' end as state,
        'another_line_soon' as detail,
        use_evidence.use_ready_at as since,
        waits.clears_at,
        'order_lines' as evidence_table,
        waits.waits_for_line_id as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_use_evidence') }} as use_evidence
        on points.point_id = use_evidence.point_id
    left join waits
        on points.point_id = waits.point_id
)

{{ post_purchase_gate.check_answers('bundle_wait', has_action=true) }}
