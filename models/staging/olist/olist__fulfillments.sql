{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- Olist knows one parcel per order.
select
    order_id as fulfillment_id,
    order_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as carrier,
    order_delivered_carrier_date as shipped_at,
    order_estimated_delivery_date as expected_delivery_at,
    order_delivered_customer_date as delivered_at,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as cancelled_at,
    -- freight is what the customer paid, not what the parcel cost
    {{ post_purchase_gate.null_as(post_purchase_gate.contract_type('decimal')) }} as shipping_cost
from {{ source('olist', 'orders') }}
where order_delivered_carrier_date is not null or order_delivered_customer_date is not null
