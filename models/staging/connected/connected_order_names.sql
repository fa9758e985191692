{{ config(enabled=(var('connections') | length > 0)) }}
-- Everything by which the connected tools name an order.
{%- for connector in post_purchase_gate.used_connectors() %}
{%- for column in post_purchase_gate.connectors().get(connector, {}).get('names_orders', []) %}
select
    '{{ connector }}' as connector,
    _store,
    {{ column.split('.')[1] }} as order_said
from {{ ref(column.split('.')[0] if column.startswith(connector ~ '_') else 'src_' ~ connector ~ '__' ~ column.split('.')[0]) }}
{{ post_purchase_gate.union_distinct() }}
{%- endfor %}
{%- endfor %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as connector,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as _store,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_said
where 1 = 0
