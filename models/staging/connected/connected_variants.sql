{{ config(enabled=(var('connections') | length > 0)) }}
-- What all connected stores sell, by the SKU that the order lines go by, for the tools that name a product or a variant.
{% for connector in post_purchase_gate.store_connectors('products') %}
select
    _store as store_id,
    _store || '-' || product_id as product_id,
    _store || '-' || variant_id as variant_id,
    sku
from {{ ref(connector ~ '_variants') }}
union all
{% endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as store_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as product_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as variant_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as sku
where 1 = 0
