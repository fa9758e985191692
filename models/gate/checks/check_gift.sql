{%- set unknown = post_purchase_gate.unknown_columns('orders', ['is_gift']) %}
with

answers as (
    select
        point_id,
        case
            when is_gift then 'problem'
            {%- if unknown %}
            when true then 'unknown'
            {%- endif %}
            else 'ok'
        end as state,
        case when is_gift then 'gift_order' else 'column_is_gift' end as detail,
        ordered_at as since,
        null as clears_at,
        'orders' as evidence_table,
        order_id as evidence_id
    from {{ ref('int_points') }}
)

{{ post_purchase_gate.check_answers('gift') }}
