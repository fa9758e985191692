{{ config(enabled=(var('connections') | length > 0)) }}
-- What the connected review tools say of the order, the product and the reviewer of each review.
{%- for connector in post_purchase_gate.review_connectors() %}
select
    '{{ connector }}' as connector,
    _store,
    id,
    order_id as order_said,
    order_number as number_said,
    product_id as product_said,
    sku as sku_said,
    external_customer_id as customer_said
from {{ ref('src_' ~ connector ~ '__review') }}
union all
{%- endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as connector,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as _store,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_said,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as number_said,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as product_said,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as sku_said,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as customer_said
where 1 = 0
