{%- set unknown = post_purchase_gate.unknown_columns('orders', ['fraud_cleared_at']) %}
with

answers as (
    select
        points.point_id,
        case
            when orders.fraud_cleared_at <= points.point_at then 'ok'
            {%- if unknown %}
            when true then 'unknown'
            {%- endif %}
            else 'waiting'
        end as state,
        '{{ 'column_fraud_cleared_at' if unknown else 'in_review' }}' as detail,
        points.ordered_at as since,
        null as clears_at,
        'orders' as evidence_table,
        points.order_id as evidence_id
    from {{ ref('int_points') }} as points
    left join {{ ref('stg_orders') }} as orders
        on points.order_id = orders.order_id
)

{{ post_purchase_gate.check_answers('fraud_review') }}
