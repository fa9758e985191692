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
    {%- for column in ['connector', '_store', 'id', 'order_said', 'number_said', 'product_said', 'sku_said', 'customer_said'] %}
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
where 1 = 0
