{#- Tables of the contract that the demo shop does not have. -#}
{% macro tables_without_demo() -%}
    {{ return(['suppressions', 'memberships', 'product_content', 'limited_offers', 'leases']) }}
{%- endmacro %}

{#- A project that installs this one brings its own tables, unless it asks for the demo shop. -#}
{% macro uses_demo_shop() -%}
    {{ return(
        'native' in post_purchase_gate.list_var('connectors') and not var('raw_path', none) and not var('raw_schema', none) and not var('connections')
        and var('use_demo_shop', project_name == 'post_purchase_gate')) }}
{%- endmacro %}

{#- The relation that a connector brings a contract table as; none where it does not. -#}
{% macro raw_relation(connector, table) -%}
    {%- if connector == 'native' -%}
        {%- if not post_purchase_gate.uses_demo_shop() -%}
            {{ return(source('raw', table)) }}
        {%- elif table not in post_purchase_gate.list_var('demo_without') and table not in post_purchase_gate.tables_without_demo() -%}
            {{ return(ref('demo_' ~ table)) }}
        {%- endif -%}
    {%- elif table in post_purchase_gate.connectors()[connector].tables -%}
        {{ return(ref(connector ~ '__' ~ table)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- The relations that bring a contract table: one per connector that the shop uses. May be empty. -#}
{% macro raw_relations(table) -%}
    {%- set relations = [] -%}
    {%- for connector in post_purchase_gate.used_connectors() -%}
        {%- set relation = post_purchase_gate.raw_relation(connector, table) -%}
        {%- if relation is not none -%}{%- do relations.append(relation) -%}{%- endif -%}
    {%- endfor -%}
    {%- if table == 'leases' and var('leases_path', none) -%}
        {%- do relations.append(api.Relation.create(database=target.database, schema='leases', identifier='leases')) -%}
    {%- endif -%}
    {{ return(relations) }}
{%- endmacro %}

{#- Of those, the relations that exist: an optional table that nobody brought is a feed that is not connected. -#}
{% macro connected_relations(table) -%}
    {%- set relations = post_purchase_gate.raw_relations(table) -%}
    {%- if not execute -%}
        {{ return(relations) }}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for relation in relations -%}
        {%- if adapter.get_relation(relation.database, relation.schema, relation.identifier) is not none -%}
            {%- do found.append(relation) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#-
    Whether the silence of a contract table means anything. A connector's table is there even where its tool lacks what it is made of: then it is not
    connected, and neither is it while one store of several lacks it.
-#}
{% macro is_connected(table) -%}
    {%- set relations = post_purchase_gate.connected_relations(table) -%}
    {%- for connector in post_purchase_gate.used_connectors() if not post_purchase_gate.connectors().get(connector, {}).get('has_connections') -%}
        {%- set relation = post_purchase_gate.raw_relation(connector, table) -%}
        {%- if relation is not none and relation in relations -%}{{ return(true) }}{%- endif -%}
    {%- endfor -%}
    {{ return(relations | length > 0 and post_purchase_gate.is_brought_by_connections(table)) }}
{%- endmacro %}

{#- The contract of a raw table, from models/staging/native/_raw__sources.yml: {meta, columns: {name: {data_type, meta}}}. -#}
{% macro raw_contract(table) -%}
    {%- for node in graph.sources.values() -%}
        {%- if node.package_name == 'post_purchase_gate' and node.source_name == 'raw' and node.name == table -%}
            {{ return(node) }}
        {%- endif -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("No table '" ~ table ~ "' in the raw contract.") }}
{%- endmacro %}

{#- The type of a column of a raw relation, lower case; none where the relation or the column is not there. -#}
{% macro raw_column_type(relation, column) -%}
    {%- if relation is none or adapter.get_relation(relation.database, relation.schema, relation.identifier) is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- for found in adapter.get_columns_in_relation(relation) if found.name | lower == column -%}
        {{ return(found.dtype | lower) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- Columns that can stop a send: where the source has none of it, the owner says so in var columns_not_kept. -#}
{% macro stopping_columns() -%}
    {{ return({
        'customers': ['is_test', 'erased_at', 'merged_into_customer_id'],
        'orders': ['cancelled_at', 'is_gift', 'is_test', 'sales_channel'],
        'refunds': ['rejected_at'],
        'products': ['is_reviewable'],
    }) }}
{%- endmacro %}

{#-
    Whether what a column says is known: every source that brings the table has it, or the owner says that there is no such thing. Looked up
    when a model is compiled. A table that is not there is for its feed to answer for.
-#}
{% macro column_is_known(table, column) -%}
    {%- if column in post_purchase_gate.list_var('columns_not_kept') or table ~ '.' ~ column in post_purchase_gate.list_var('columns_not_kept') or not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- for relation in post_purchase_gate.connected_relations(table) -%}
        {%- if not post_purchase_gate.raw_column_type(relation, column) -%}{{ return(false) }}{%- endif -%}
    {%- endfor -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- set source = post_purchase_gate.connectors()[connection.connector].get('columns', {}).get(table ~ '.' ~ column) -%}
        {%- if source and not post_purchase_gate.source_has(connection, source) -%}{{ return(false) }}{%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{#- Of some columns of a table, those that nobody knows of. Called where models are parsed, too, so that the table is built before. -#}
{% macro unknown_columns(table, columns) -%}
    {%- do post_purchase_gate.raw_relations(table) -%}
    {{ return(columns | reject('in', post_purchase_gate.known_columns(table, columns)) | list) }}
{%- endmacro %}

{% macro known_columns(table, columns) -%}
    {%- set known = [] -%}
    {%- for column in columns if post_purchase_gate.column_is_known(table, column) -%}{%- do known.append(column) -%}{%- endfor -%}
    {{ return(known) }}
{%- endmacro %}
