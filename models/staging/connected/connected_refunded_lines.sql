{{ config(enabled=(var('connections') | length > 0)) }}
-- What the connected stores have refunded, line by line, for the tools that ask for refunds.
{%- for connector in post_purchase_gate.store_connectors('refunds') %}
select
    order_line_id,
    quantity,
    refunded_at
from {{ ref(connector ~ '_refunded_lines') }}
where order_line_id is not null
union all
{%- endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_line_id,
    {{ post_purchase_gate.null_as('decimal(18, 4)') }} as quantity,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as refunded_at
where 1 = 0
