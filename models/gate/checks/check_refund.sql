with

answers as (
    select
        points.point_id,
        case
            when not points.knows_refunds then 'unknown'
            when refunds.open_since is not null then 'problem'
            else 'ok'
        end as state,
        case when points.knows_refunds then 'requested' else 'feed_refunds' end as detail,
        case when points.knows_refunds then refunds.open_since end as since,
        null as clears_at,
        'refunds' as evidence_table,
        case when points.knows_refunds then refunds.open_refund_id end as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
)

{{ post_purchase_gate.check_answers('refund') }}
