{{ config(enabled=(var('connections') | length > 0)) }}
-- The accounts of all connected stores, for the tools that know an account by its id in the store or only by its address.
{% for connector in post_purchase_gate.store_connectors('customers') %}
select
    customer_id,
    {{ post_purchase_gate.plain_email('email') }} as email
from {{ ref(connector ~ '__customers') }}
union all
{% endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as customer_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as email
where 1 = 0
