with

judged as (
    select
        points.point_id,
        refunds.refund_id,
        refunds.first_refunded_at,
        exchanges.exchanged_at,
        exchanges.new_order_line_id,
        case
            when not points.knows_refunds then 'unknown:feed_refunds'
            when exchanges.units_exchanged >= points.quantity then 'problem:exchanged'
            when refunds.units_refunded >= points.quantity then 'problem:all_units_returned'
            -- a line that cost nothing cannot be refunded in money
            when points.net_amount > 0 and refunds.line_amount_refunded >= points.net_amount then 'problem:line_refunded'
            when refunds.family_total > 0 and refunds.order_amount_refunded >= refunds.family_total then 'problem:order_refunded'
            else 'ok'
        end as answer
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
    left join {{ ref('int_exchange_evidence') }} as exchanges
        on points.point_id = exchanges.point_id
),

answers as (
    select
        point_id,
        split_part(answer, ':', 1) as state,
        split_part(answer, ':', 2) as detail,
        case when answer = 'problem:exchanged' then exchanged_at when answer <> 'unknown:feed_refunds' then first_refunded_at end as since,
        null as clears_at,
        case when answer = 'problem:exchanged' then 'order_lines' else 'refunds' end as evidence_table,
        case when answer = 'problem:exchanged' then new_order_line_id when answer <> 'unknown:feed_refunds' then refund_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('kept') }}
