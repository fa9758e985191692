{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- What the items of an order add up to: a listed-twice item counts once, an item without a readable amount leaves the order without a total.
{%- set decimal = post_purchase_gate.contract_type('decimal') %}
with

items as (
    select
        order_id,
        order_item_id,
        max({{ post_purchase_gate.try_cast('price', decimal) }}) as price,
        max({{ post_purchase_gate.try_cast('freight_value', decimal) }}) as freight
    from {{ source('olist', 'order_items') }}
    group by order_id, order_item_id
)

select
    order_id,
    case when count(*) = count(price + freight) then sum(price + freight) end as total,
    case when count(*) = count(freight) then sum(freight) end as shipping_charged
from items
where order_id is not null
group by order_id
