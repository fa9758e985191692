{%- set unread = post_purchase_gate.unread(['fulfillments', 'tickets', 'ticket_events', 'refunds']) -%}
with

answers as (
    select
        points.point_id,
        case
            when scores.negative_review_risk_score >= coalesce(scores.high_risk_from, {{ var('risk_threshold') }}) then 'problem'
            when {{ unread }} is not null then 'unknown'
            when scores.negative_review_risk_score is not null then 'ok'
            else 'unknown'
        end as state,
        case
            when scores.negative_review_risk_score >= coalesce(scores.high_risk_from, {{ var('risk_threshold') }}) then 'high_score'
            else coalesce({{ unread }}, 'no_score')
        end as detail,
        null as since,
        null as clears_at,
        'order_lines' as evidence_table,
        points.order_line_id as evidence_id
    from {{ ref('int_risk_points') }} as points
    left join {{ ref('int_risk_scores') }} as scores
        on points.point_id = scores.point_id
)

{{ post_purchase_gate.check_answers('negative_review_risk') }}
