{#- Which stores the connections of a tool serve. Columns: _store (the connection's), store_id. No row where no connected tool sells anything. -#}
{% macro served_stores(connector) -%}
    {%- for connection in post_purchase_gate.connections() if connection.connector == connector and post_purchase_gate.stores() %}
    {%- for store in post_purchase_gate.stores_of(connection) %}
    select
        '{{ connection.store }}' as _store,
        '{{ store }}' as store_id
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as _store,
        cast(null as {{ dbt.type_string() }}) as store_id
    where 1 = 0
{%- endmacro %}

{#-
    What a tool calls an order, a customer or a product, as an id of the contract, where no store that the connection serves has it. One store: its id
    there, so that what is missing is named. Several, or orders that no connection brings: the id as it is.
-#}
{% macro unlinked_id(connector, store, id) -%}
    {%- set alone = [] -%}
    {%- for connection in post_purchase_gate.connections() if connection.connector == connector and post_purchase_gate.stores() and post_purchase_gate.stores_of(connection) | length == 1 -%}
        {%- do alone.append(connection) -%}
    {%- endfor -%}
    {%- if alone -%}
    case {{ store }}
        {%- for connection in alone %}
        when '{{ connection.store }}' then '{{ post_purchase_gate.stores_of(connection)[0] }}-' || {{ id }}
        {%- endfor %}
        else {{ id }}
    end
    {%- else -%}
    {{ id }}
    {%- endif -%}
{%- endmacro %}

{#- The used tools that sell something and bring a contract table. -#}
{% macro store_connectors(table) -%}
    {%- set sellers = [] -%}
    {%- for name in post_purchase_gate.used_connectors() -%}
        {%- set connector = post_purchase_gate.connectors().get(name, {}) -%}
        {%- if connector.is_store and table in connector.tables -%}{%- do sellers.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(sellers) }}
{%- endmacro %}
