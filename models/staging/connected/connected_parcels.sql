{{ config(enabled=(var('connections') | length > 0)) }}
-- The parcels of all connected stores, for the tools that follow them.
{%- for connector in post_purchase_gate.store_connectors('fulfillments') %}
select
    _store as store_id,
    _store || '-' || fulfillment_id as fulfillment_id,
    _store || '-' || order_id as order_id,
    tracking_number,
    made_at,
    is_delivered
from {{ ref(connector ~ '_parcel_numbers') }}
where not is_cancelled
union all
{%- endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as store_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as fulfillment_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as tracking_number,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as made_at,
    {{ post_purchase_gate.null_as('boolean') }} as is_delivered
where 1 = 0
