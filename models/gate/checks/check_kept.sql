with

judged as (
    select
        points.point_id,
        refunds.refund_id,
        refunds.unknown_refund_id,
        refunds.nothing_kept_since,
        refunds.new_order_line_id,
        points.order_line_id,
        case
            when refunds.nothing_kept_because is not null then {{ dbt.concat(["'problem:'", "refunds.nothing_kept_because"]) }}
            when not points.knows_refunds then {{ dbt.concat(["'unknown:'", "coalesce(points.unread_refunds, 'feed_refunds')"]) }}
            when refunds.unknown_refund_id is not null then 'unknown:units_and_money_unknown'
            else 'ok'
        end as answer,
        refunds.last_refunded_at
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case
            when answer like 'problem:%' then nothing_kept_since
            when answer = 'unknown:units_and_money_unknown' then last_refunded_at
        end as since,
        null as clears_at,
        case when answer in ('problem:exchanged', 'problem:taken_off') then 'order_lines' else 'refunds' end as evidence_table,
        case
            when answer = 'problem:exchanged' then coalesce(new_order_line_id, order_line_id)
            when answer = 'problem:taken_off' then order_line_id
            when answer like 'problem:%' then refund_id
            when answer = 'unknown:units_and_money_unknown' then unknown_refund_id
        end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('kept') }}
