{{ config(enabled=(var('connections') | length > 0)) }}
-- Which stores each connection speaks of, from var connections. Where no connected tool sells anything, orders stand in tables of the contract, and
-- what a tool names is named as it is there.
{%- set stores = post_purchase_gate.stores() %}
{% for connection in post_purchase_gate.connections() if stores %}
{%- set served = post_purchase_gate.stores_of(connection) %}
{%- for store in served %}
select
    '{{ connection.connector }}' as connector,
    '{{ connection.store }}' as _store,
    '{{ store }}' as store_id,
    {{ 'true' if served | length == 1 else 'false' }} as is_only
union all
{%- endfor %}
{%- endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as connector,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as _store,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as store_id,
    {{ post_purchase_gate.null_as('boolean') }} as is_only
where 1 = 0
