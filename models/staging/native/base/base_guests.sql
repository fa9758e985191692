{#- The accounts of orders without one, read before orders are judged. -#}
{% set relations = post_purchase_gate.connected_relations('orders') -%}
{%- set columns = {} -%}
{%- if execute -%}
    {%- for name in ['order_id', 'customer_id', 'email', 'ordered_at'] -%}
        {%- do columns.update({name: post_purchase_gate.raw_contract('orders').columns[name]}) -%}
    {%- endfor -%}
{%- endif -%}
with

orders as (
    {{ post_purchase_gate.rows_as_typed(relations if execute else [], columns) }}
),

guests as (
    select
        {{ post_purchase_gate.guest_customer_id('email', 'order_id') }} as customer_id,
        {{ post_purchase_gate.plain_email('email') }} as email,
        ordered_at,
        _loaded_at
    from orders
    where customer_id is null and order_id is not null
)

select
    customer_id,
    min(email) as email,
    min(ordered_at) as created_at,
    min(_loaded_at) as _loaded_at
from guests
group by customer_id
