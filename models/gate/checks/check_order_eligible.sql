{%- set unknown = (
    post_purchase_gate.unknown_columns('orders', ['is_test', 'sales_channel'])
    + post_purchase_gate.unknown_columns('customers', ['is_test', 'erased_at', 'merged_into_customer_id'])
) %}
with

judged as (
    select
        point_id,
        order_id,
        ordered_at,
        erased_at,
        case
            when erased_at is not null then 'problem:erased_customer'
            when is_test then 'problem:test'
            when order_type = 'replacement' then 'problem:replacement'
            when sales_channel = 'marketplace' then 'problem:marketplace'
            when order_type = 'unknown' then 'unknown:unmapped_order_type'
            when sales_channel = 'unknown' then 'unknown:unmapped_sales_channel'
            when unread_customers is not null then 'unknown:refused_row'
            -- somebody has decided on this line, and nobody can read what; that no one decides anything is no gap
            when unread_overrides in ('refused_row', 'degraded') then {{ dbt.concat(["'unknown:'", "unread_overrides"]) }}
            {%- if unknown %}
            when true then 'unknown:column_{{ unknown[0] }}'
            {%- endif %}
            else 'ok:'
        end as answer
    from {{ ref('int_points') }}
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        coalesce(erased_at, ordered_at) as since,
        null as clears_at,
        'orders' as evidence_table,
        order_id as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('order_eligible') }}
