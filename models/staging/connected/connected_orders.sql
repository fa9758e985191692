{{ config(enabled=(var('connections') | length > 0)) }}
-- The orders of all connected stores, for the tools that speak of them by id, name or address.
{% for connector in post_purchase_gate.store_connectors('orders') %}
select
    order_id,
    store_id,
    {{ post_purchase_gate.folded_name('order_name') }} as folded_name,
    {{ post_purchase_gate.plain_email('email') }} as email,
    currency
from {{ ref(connector ~ '__orders') }}
union all
{% endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as store_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as folded_name,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as email,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as currency
where 1 = 0
