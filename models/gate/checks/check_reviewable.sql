{%- set unknown = post_purchase_gate.unknown_columns('products', ['is_reviewable']) %}
{%- set unread = post_purchase_gate.unread(['products']) or 'null' -%}
with

judged as (
    select
        points.point_id,
        points.sku,
        case
            when not points.is_reviewable then 'problem:not_reviewable'
            when {{ unread }} is not null then 'unknown:' || {{ unread }}
            when not products.is_known then 'unknown:no_product'
            when not products.is_active then 'unknown:not_active'
            {%- if unknown %}
            when true then 'unknown:column_is_reviewable'
            {%- endif %}
            else 'ok:'
        end as answer
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_line_products') }} as products
        on points.order_line_id = products.order_line_id
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        null as since,
        null as clears_at,
        'products' as evidence_table,
        case when answer not in ('unknown:no_product') then sku end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('reviewable') }}
