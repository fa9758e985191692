{{ config(enabled=(var('connections') | length > 0)) }}
-- What connected tools that follow parcels know of them beside their events.
{%- if post_purchase_gate.uses_connector('aftership') %}
select
    fulfillment_id,
    expected_delivery_at,
    has_moved
from {{ ref('aftership_parcel_facts') }}
union all
{%- endif %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as fulfillment_id,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as expected_delivery_at,
    {{ post_purchase_gate.null_as('boolean') }} as has_moved
where 1 = 0
