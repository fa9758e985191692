{#-
    The rows of one table of a tool, of all its connections, each column as text or null: the only place that looks at the tables of a loader.

    What to look for stands in the YAML of the model that calls it. `meta.tables`: the names that loaders give the table. `meta.nested`: where a loader
    keeps its rows as a list inside another table's, as TABLE.list or TABLE.list.list. `meta.key`: the columns of one row. `meta.born_with`: the table
    whose being there says that this one, absent, is empty; without it, an absent table is one that nobody loads. A column's `meta.candidates`: what it
    may be called, the first that has a value wins; without them its own name. `a.b` is b of the object a, or the column a__b; `^.id` is the id of the row
    that the list is in; `{order_field}` is what the connection says.
    Columns beside them: _store, _loaded_at (when the row reached the warehouse, UTC). Rows that the loader marks as deleted are left out.
-#}
{% macro source_rows() -%}
    {%- if execute -%}
        {%- set parts = [] -%}
        {%- for connection in post_purchase_gate.connections() if model.name.startswith('src_' ~ connection.connector ~ '__') -%}
            {%- set part = post_purchase_gate.connection_rows(connection, model) | trim -%}
            {%- if part -%}{%- do parts.append(part) -%}{%- endif -%}
        {%- endfor -%}
        {{ parts | join('\nunion all\n') if parts else post_purchase_gate.no_source_rows(model) }}
    {%- else -%}
        select 1 as parsed_without_a_source
    {%- endif -%}
{%- endmacro %}

{% macro source_columns(node) -%}
    {{ return(node.columns | reject('in', ['_store', '_loaded_at']) | list) }}
{%- endmacro %}

{% macro no_source_rows(node) -%}
    select
        {%- for name in post_purchase_gate.source_columns(node) %}
        cast(null as {{ dbt.type_string() }}) as {{ name }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as _store,
        cast(null as {{ dbt.type_string() }}) as _loaded_at
    where 1 = 0
{%- endmacro %}

{#- The rows of one connection; nothing where it has no such table. A row that stands in two places is one. -#}
{% macro connection_rows(connection, node) -%}
    {%- set places = post_purchase_gate.source_places(connection, node) -%}
    {%- set key = node.config.meta.get('key') -%}
    {%- set names = post_purchase_gate.source_columns(node) + ['_store', '_loaded_at'] -%}
    {%- set selects = [] -%}
    {%- for place in places -%}
        {%- do selects.append(post_purchase_gate.place_rows(connection, node, place)) -%}
    {%- endfor -%}
    {%- if selects | length > 1 and key -%}
select
    {{ names | join(',\n    ') }}
from (
    select
        *,
        row_number() over (partition by {{ key | join(', ') }} order by _place) as _occurrence
    from (
        {%- for select in selects %}
        select
            *,
            {{ loop.index }} as _place
        from ({{ select }}) as place_{{ loop.index }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as placed
) as numbered
where _occurrence = 1
    {%- elif selects -%}
        {{ selects[0] }}
    {%- endif -%}
{%- endmacro %}

{#- Where the rows of a table stand in a connection: tables of their own first, then lists inside others. -#}
{% macro source_places(connection, node) -%}
    {%- set places = [] -%}
    {%- set meta = node.config.meta -%}
    {%- for name in meta.tables if not places -%}
        {%- set found = post_purchase_gate.source_table(connection, name) -%}
        {%- if found -%}{%- do places.append({'table': found, 'lists': [], 'parent': none}) -%}{%- endif -%}
    {%- endfor -%}
    {%- for nested in meta.get('nested') or [] -%}
        {%- set steps = nested.split('.') -%}
        {%- set child = post_purchase_gate.source_table(connection, steps | join('__')) -%}
        {%- set outer = post_purchase_gate.source_table(connection, steps[0]) -%}
        {%- if child and outer -%}
            {%- do places.append({
                'table': child, 'lists': [],
                'parent': post_purchase_gate.source_table(connection, steps[:-1] | join('__')),
                'grandparent': outer if steps | length > 2 else none,
            }) -%}
        {%- elif outer and steps[1] in outer.columns -%}
            {%- do places.append({'table': outer, 'lists': steps[1:], 'parent': none}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{#-
    A table of a connection: {relation, columns: {lower name: {name, type}}}; none where it is not there. Loaders and warehouses differ in case, and
    dbt's own look-up stops at a name that differs in nothing else: the schema is listed, and of two such names the exact one is meant.
-#}
{% macro source_table(connection, name) -%}
    {%- set relation = post_purchase_gate.relation_named(connection, name) -%}
    {%- if relation is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set columns = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.update({column.name | lower: {'name': column.name, 'type': column.dtype | lower}}) -%}
    {%- endfor -%}
    {{ return({'relation': relation, 'columns': columns}) }}
{%- endmacro %}

{#- The relation of a connection that goes by a name; none where there is none. -#}
{% macro relation_named(connection, name) -%}
    {{ return(adapter.dispatch('relation_named', 'post_purchase_gate')(connection, name)) }}
{%- endmacro %}

{#- where a schema is not listed by one query for all engines, each spelling is looked up -#}
{% macro default__relation_named(connection, name) -%}
    {%- for word in [name | lower, name | lower | replace('_', '')] -%}
        {%- set relation = adapter.get_relation(connection.database, connection.schema, word) -%}
        {%- if relation is not none -%}{{ return(relation) }}{%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{% macro duckdb__relation_named(connection, name) -%}
    {#- listed once for every list of connections that is made -#}
    {%- if 'tables' not in connection -%}
        {%- set tables = {} -%}
        {%- for row in dbt.list_relations_without_caching(api.Relation.create(database=connection.database, schema=connection.schema)) -%}
            {%- if row[1] | lower not in tables or row[1] == row[1] | lower -%}
                {%- do tables.update({row[1] | lower: api.Relation.create(database=connection.database, schema=row[2], identifier=row[1], type=row[3])}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do connection.update({'tables': tables}) -%}
    {%- endif -%}
    {%- set known = post_purchase_gate.found_name(name, connection.tables) -%}
    {{ return(connection.tables[known] if known else none) }}
{%- endmacro %}

{% macro postgres__relation_named(connection, name) -%}
    {{ return(post_purchase_gate.duckdb__relation_named(connection, name)) }}
{%- endmacro %}

{% macro redshift__relation_named(connection, name) -%}
    {{ return(post_purchase_gate.default__relation_named(connection, name)) }}
{%- endmacro %}

{#- A name as it is there, in small letters: the same, else the same without its underscores, as loaders that keep a source's own names have it. -#}
{% macro found_name(name, names) -%}
    {%- for word in [name | lower, name | lower | replace('_', '')] if word in names -%}
        {{ return(word) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{% macro place_rows(connection, node, place) -%}
    {%- set loaded_at = post_purchase_gate.loaded_at_columns() -%}
    select
        {%- for name in post_purchase_gate.source_columns(node) %}
        {%- set column = node.columns[name] %}
        {%- set found = post_purchase_gate.found_value(connection, place, post_purchase_gate.candidates(column)) or 'cast(null as ' ~ dbt.type_string() ~ ')' %}
        {{ post_purchase_gate.read_source_id(found) if (name == 'id' or name.endswith('_id')) and 'null as' not in found else found }} as {{ name }},
        {%- endfor %}
        '{{ connection.store }}' as _store,
        {{ post_purchase_gate.found_value(connection, place, loaded_at) or 'cast(null as ' ~ dbt.type_string() ~ ')' }} as _loaded_at
    from {{ post_purchase_gate.last_versions(node, place) }} as row_0
    {%- if place.parent %}
    {#- dlt puts a list into a table of its own, whose rows name the row that they were in #}
    left join {{ place.parent.relation }} as parent_1
        on row_0._dlt_parent_id = parent_1._dlt_id
    {%- if place.grandparent %}
    left join {{ place.grandparent.relation }} as parent_2
        on parent_1._dlt_parent_id = parent_2._dlt_id
    {%- endif %}
    {%- endif %}
    {%- for list in place.lists %}
    {%- set holder = post_purchase_gate.json_of('row_0.' ~ adapter.quote(place.table.columns[list].name), place.table.columns[list].type) if loop.first
        else post_purchase_gate.json_part('list_' ~ loop.index0 ~ '.item', [list]) %}
    {{ post_purchase_gate.join_items_of(holder, 'list_' ~ loop.index) }}
    {%- endfor %}
    {%- set columns = place.table.columns %}
    where
        1 = 1
        {%- for name in post_purchase_gate.deletion_marks(columns) %}
        and {{ post_purchase_gate.is_marked_deleted('row_0.' ~ adapter.quote(columns[name].name)) }} = 0
        {%- endfor %}
        {%- for name in ['_fivetran_active'] if name in columns %}
        and coalesce(lower(cast(row_0.{{ adapter.quote(columns[name].name) }} as {{ dbt.type_string() }})), 'true') not in ({{ post_purchase_gate.words_for_no() }})
        {%- endfor %}
        {%- for name in ['_ab_cdc_deleted_at', '_sdc_deleted_at'] if name in columns %}
        {#- a file has a blank where nothing was deleted #}
        and {{ post_purchase_gate.column_value('row_0', columns, [name]) }} is null
        {%- endfor %}
        {%- if 'deleted_at' in columns and 'deleted_message' in columns %}
        {#- of what the shop has deleted, one loader keeps a row that says so #}
        and {{ post_purchase_gate.column_value('row_0', columns, ['deleted_at']) }} is null
        {%- endif %}
{%- endmacro %}

{#- Of a table's columns those in which a loader marks rows that are deleted at the source. -#}
{% macro deletion_marks(columns) -%}
    {{ return(['_fivetran_deleted', '_is_deleted'] | select('in', columns) | list) }}
{%- endmacro %}

{#- 1 where a loader's mark of deleted rows says yes, else 0: also where it says nothing. -#}
{% macro is_marked_deleted(column) -%}
    case when lower(cast({{ column }} as {{ dbt.type_string() }})) in ({{ post_purchase_gate.words_for_yes() }}) then 1 else 0 end
{%- endmacro %}

{#- An id as the tool's other tables have it: gid://shopify/Order/5001 is 5001, and an object stands for its id. -#}
{% macro read_source_id(text) -%}
    case
        when {{ text }} like 'gid://%' then {{ post_purchase_gate.split_part() }}(regexp_replace({{ text }}, '^.*/', ''), '?', 1)
        when substr({{ text }}, 1, 1) = '{' then nullif({{ post_purchase_gate.matched_group(text, '"id": *"?([^",}]+)', 1) }}, '')
        else {{ post_purchase_gate.read_id(text) }}
    end
{%- endmacro %}

{#- Where loaders write when a row reached the warehouse. -#}
{% macro loaded_at_columns() -%}
    {{ return(['_fivetran_synced', '_airbyte_extracted_at', '_airbyte_emitted_at', '_sdc_batched_at', '_daton_batch_runtime', '_dlt_load_id', '^._dlt_load_id', '^^._dlt_load_id', '_loaded_at']) }}
{%- endmacro %}

{#-
    The last version of each row of a table: some loaders add their rows at every sync, and a table that was loaded twice has its rows twice. A row is what
    `meta.key` says, where the table has those columns itself, else its id. Of a row without them nobody knows which it is: each stays.
-#}
{% macro last_versions(node, place) -%}
    {%- set table = place.table -%}
    {%- set wanted = [] if place.lists else (node.config.meta.get('key') or []) | reject('equalto', '_store') | list -%}
    {%- set keys = [] -%}
    {%- for name in wanted -%}
        {%- set there = post_purchase_gate.candidates(node.columns[name]) | map('lower') | select('in', table.columns) | list -%}
        {%- if there -%}{%- do keys.append(adapter.quote(table.columns[there[0]].name)) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not wanted or keys | length < wanted | length -%}
        {%- set keys = [adapter.quote(table.columns['id'].name)] if 'id' in table.columns and (wanted or place.lists) else [] -%}
    {%- endif -%}
    {%- set adds = ['_airbyte_extracted_at', '_airbyte_emitted_at', '_sdc_batched_at', '_daton_batch_runtime', '_fivetran_synced'] | select('in', table.columns) | list -%}
    {%- if adds and keys and not place.parent -%}
        {%- set breaks_ties = ['_airbyte_raw_id', '_airbyte_ab_id', '_sdc_sequence', 'updated_at'] | select('in', table.columns) | list -%}
        {#- of two rows of one sync, one deleted, the other stands, since an address that left a list and came back is on it; but where the YAML says
            `meta.deleted_holds`: a delivery that may have been withdrawn is none -#}
        {%- set stands = post_purchase_gate.deletion_marks(table.columns) -%}
        {#- where a loader keeps a row's history, the version that holds now is the last, whenever it was written -#}
        {%- set holds = ['_fivetran_active'] | select('in', table.columns) | list -%}
(
        select *
        from (
            select
                *,
                row_number() over (
                    partition by {{ keys | join(', ') }}{% if 'shop_url' in table.columns %}, {{ adapter.quote(table.columns['shop_url'].name) }}{% endif %}
                    order by
                        {% for name in holds + adds %}{{ adapter.quote(table.columns[name].name) }} desc{{ ', ' if not loop.last }}{% endfor %}
                        {%- for name in stands %}, {{ post_purchase_gate.is_marked_deleted(adapter.quote(table.columns[name].name)) }} {{ 'desc' if node.config.meta.get('deleted_holds') else 'asc' }}{% endfor %}
                        {%- for name in breaks_ties %}, {{ adapter.quote(table.columns[name].name) }} desc{% endfor %}
                ) as _version
            from {{ table.relation }}
        ) as versions
        where _version = 1{% for key in keys %} or {{ key }} is null{% endfor %}
    )
    {%- else -%}
        {{ table.relation }}
    {%- endif -%}
{%- endmacro %}

{% macro candidates(column) -%}
    {{ return(column.config.meta.get('candidates') or [column.name]) }}
{%- endmacro %}

{#- The first of the candidates that has a value, as text; none where no candidate is there. -#}
{% macro found_value(connection, place, candidates) -%}
    {%- set values = [] -%}
    {%- for candidate in candidates -%}
        {%- set path = namespace(text=candidate) -%}
        {%- for word, value in connection.words.items() if value is string -%}{%- set path.text = path.text | replace('{' ~ word ~ '}', value) -%}{%- endfor -%}
        {%- set up = path.text.split('.')[0] | length if path.text.startswith('^') else 0 -%}
        {%- set steps = path.text.split('.')[1:] if up else path.text.split('.') -%}
        {%- set level = place.lists | length - up -%}
        {%- if '{' in path.text -%}
            {#- the connection does not say -#}
        {%- elif place.parent and up in [1, 2] -%}
            {%- set holder = place.parent if up == 1 else place.grandparent -%}
            {%- if holder -%}{%- do values.append(post_purchase_gate.column_value('parent_' ~ up, holder.columns, steps)) -%}{%- endif -%}
        {%- elif level > 0 -%}
            {%- do values.append(post_purchase_gate.json_text('list_' ~ level ~ '.item', steps)) -%}
        {%- elif level == 0 and (up == 0 or place.lists) -%}
            {%- do values.append(post_purchase_gate.column_value('row_0', place.table.columns, steps)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set there = values | select('string') | list -%}
    {%- if not there -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(there[0] if there | length == 1 else 'coalesce(' ~ there | join(', ') ~ ')') }}
{%- endmacro %}

{#- A column as text, or a part of an object that a column holds; none where the table has neither. -#}
{% macro column_value(alias, columns, steps) -%}
    {%- set flat = post_purchase_gate.found_name(steps | join('__'), columns) -%}
    {%- set outer = post_purchase_gate.found_name(steps[0], columns) -%}
    {%- if flat -%}
        {%- set column = alias ~ '.' ~ adapter.quote(columns[flat].name) -%}
        {%- set type = columns[flat].type -%}
        {%- if flat == '_dlt_load_id' -%}
            {{ return(post_purchase_gate.split_part() ~ "(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '.', 1)") }}
        {%- elif 'with time zone' in type and 'without' not in type or type in ['timestamptz', 'timestamp_tz'] -%}
            {{ return("cast(" ~ post_purchase_gate.without_zone(column) ~ " as " ~ dbt.type_string() ~ ")") }}
        {%- elif type in ['json', 'jsonb', 'variant', 'super'] -%}
            {{ return(post_purchase_gate.json_text(column, [])) }}
        {%- elif type in ['double', 'float', 'real', 'float8', 'float4', 'double precision'] -%}
            {{ return("case when lower(cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")) <> 'nan' then " ~ post_purchase_gate.float_text(column) ~ " end") }}
        {%- else -%}
            {#- extracts write words for null -#}
            {{ return(post_purchase_gate.as_brought(column, type) | trim if post_purchase_gate.value_kind(type) == 'text' else "cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")") }}
        {%- endif -%}
    {%- elif steps | length > 1 and outer -%}
        {%- set holder = columns[outer] -%}
        {{ return(post_purchase_gate.json_text(post_purchase_gate.json_of(alias ~ '.' ~ adapter.quote(holder.name), holder.type), steps[1:])) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- Whether a connection has what a contract table needs: a source table, or one of its columns. An absent table may be one that is empty. -#}
{% macro source_has(connection, need) -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set table = need.split('.')[0] -%}
    {%- set node = graph.nodes.values() | selectattr('name', 'equalto', 'src_' ~ connection.connector ~ '__' ~ table) | first | default(none) -%}
    {%- set places = post_purchase_gate.source_places(connection, node) -%}
    {%- if not places and node.config.meta.get('born_with') and '.' not in need -%}
        {{ return(post_purchase_gate.source_has(connection, node.config.meta.born_with)) }}
    {%- elif '.' in need -%}
        {%- set column = node.columns[need.split('.')[1]] -%}
        {%- for place in places if post_purchase_gate.found_value(connection, place, post_purchase_gate.candidates(column)) -%}
            {{ return(true) }}
        {%- endfor -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(places | length > 0) }}
{%- endmacro %}
