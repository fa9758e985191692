{%- set window_ends_at = post_purchase_gate.add_days(var('bundle_wait_days'), 'ready.use_ready_at') -%}
-- One ask per order: a line that is ready waits for another that will be within bundle_wait_days of it. Where nobody can say whether another
-- one will be, since its delivery or what was kept of it is unknown, the ask waits for the answer, and no longer than for the line itself.
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
        kept.state = 'unknown' or delivery.state = 'unknown' as is_uncertain,
        kept.state <> 'problem' and points.is_reviewable and coalesce(already_done.state, 'ok') <> 'problem' as is_askable
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_use_evidence') }} as use_evidence
        on points.point_id = use_evidence.point_id
    inner join {{ ref('check_kept') }} as kept
        on points.point_id = kept.point_id
    inner join {{ ref('check_delivery') }} as delivery
        on points.point_id = delivery.point_id
    left join {{ ref('check_already_done') }} as already_done
        on points.point_id = already_done.point_id and already_done.action = 'review_request'
    where points.order_type <> 'replacement'
),

siblings as (
    select
        ready.point_id,
        {{ window_ends_at }} as window_ends_at,
        soon.order_line_id,
        soon.is_uncertain,
        soon.use_ready_at
    from askable as ready
    inner join askable as soon
        on
            ready.root_order_id = soon.root_order_id
            and ready.origin = soon.origin
            and ready.point_at = soon.point_at
            and ready.order_line_id <> soon.order_line_id
    where
        ready.use_ready_at <= ready.point_at
        and {{ window_ends_at }} > ready.point_at
        and soon.is_askable
        and (
            (soon.use_ready_at > ready.point_at and soon.use_ready_at <= {{ window_ends_at }})
            or (soon.is_uncertain and soon.use_ready_at is null)
        )
),

waits as (
    select
        point_id,
        -- a line that is seen to be ready soon is waited for; only where there is none is it the unknown one
        max(case when is_uncertain then 0 else 1 end) = 0 as is_uncertain,
        coalesce(max(case when not is_uncertain then use_ready_at end), max(window_ends_at)) as clears_at,
        max(order_line_id) as waits_for_line_id
    from siblings
    group by point_id
),

answers as (
    select
        points.point_id,
        'review_request' as action,
        case when waits.is_uncertain then 'unknown' when waits.point_id is not null then 'waiting' else 'ok' end as state,
        case when waits.is_uncertain then 'another_line_unknown' else 'another_line_soon' end as detail,
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
