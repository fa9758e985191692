{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- An order that Olist calls delivered without a date gets its row too, so that rejected_rows shows it.
select
    order_id || '-delivered' as event_id,
    order_id as fulfillment_id,
    'delivered' as event_type,
    order_delivered_customer_date as occurred_at
from {{ source('olist', 'orders') }}
where order_status = 'delivered'
