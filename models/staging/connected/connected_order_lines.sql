{{ config(enabled=(var('connections') | length > 0)) }}
-- The order lines of all connected stores, for the tools that name a line, or a product of an order.
{% for connector in post_purchase_gate.store_connectors('order_lines') %}
select
    order_line_id,
    order_id,
    product_id,
    sku
from {{ ref(connector ~ '__order_lines') }}
union all
{% endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_line_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as product_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as sku
where 1 = 0
