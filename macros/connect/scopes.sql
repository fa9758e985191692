{#-
    The stores that the connections of a tool which sells nothing speak for: rows of _store and store_id, several where var connections gives a scope
    of several, and store_id null (all stores) where it gives none.
-#}
{% macro connection_scopes(connector) -%}
    {%- for connection in post_purchase_gate.connections() if connection.connector == connector -%}
        {%- for store in connection.scope or [none] %}
    select
        cast('{{ connection.store }}' as {{ dbt.type_string() }}) as _store,
        cast({{ "'" ~ store ~ "'" if store else 'null' }} as {{ dbt.type_string() }}) as store_id
    union all
        {%- endfor -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as _store,
        cast(null as {{ dbt.type_string() }}) as store_id
    where 1 = 0
{%- endmacro %}
