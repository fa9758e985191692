{%- set unknown = post_purchase_gate.unknown_columns('refunds', ['rejected_at']) %}
with

answers as (
    select
        points.point_id,
        case
            when refunds.open_since is not null then 'problem'
            when not points.knows_refunds{{ ' or true' if unknown }} then 'unknown'
            else 'ok'
        end as state,
        case
            when refunds.open_since is not null then 'requested'
            else coalesce(points.unread_refunds, '{{ 'column_rejected_at' if unknown else 'feed_refunds' }}')
        end as detail,
        refunds.open_since as since,
        -- a request that was forgotten lets no review ask out while another one is fresh
        refunds.open_pause_since as pause_since,
        null as clears_at,
        'refunds' as evidence_table,
        refunds.open_refund_id as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
)

{{ post_purchase_gate.check_answers('refund', has_pause_since=true) }}
