{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
select
    order_id || '-' || cast(order_item_id as {{ dbt.type_string() }}) as order_line_id,
    order_id,
    product_id as sku,
    1 as quantity,
    price as unit_price,
    0 as discount,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as replaces_order_line_id
from {{ source('olist', 'order_items') }}
