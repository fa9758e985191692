{#-
    What PostgreSQL lacks and the project reads values with: a cast that gives null where a value does not parse. Made before each run in the
    schema `engine`, which holds nothing else. A function that catches an error stops a parallel plan: they say that they are not for one.
-#}
{% macro make_engine_functions() -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'seed', 'show', 'snapshot', 'run-operation'] and not post_purchase_gate.is_task_of_a_build() -%}
        {{ return(adapter.dispatch('make_engine_functions', 'post_purchase_gate')()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__make_engine_functions() -%}{%- endmacro %}

{% macro postgres__make_engine_functions() -%}
    {%- set schema = post_purchase_gate.engine_schema() -%}
    {%- set number = '^[[:space:]]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?[[:space:]]*$' -%}
    {%- set types = {
        'decimal': ('decimal(18, 4)', 'value::numeric::decimal(18, 4)', number),
        'double': ('double precision', 'value::double precision', number),
        'bigint': ('bigint', 'round(value::numeric)::bigint', number),
        'integer': ('integer', 'round(value::numeric)::integer', number),
        'timestamp': (
            'timestamp', 'value::timestamp',
            '^[[:space:]]*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?[[:space:]]*$'
        ),
    } -%}
    {%- do run_query("create schema if not exists " ~ schema) -%}
    {%- for name, (type, expression, pattern) in types.items() -%}
        {%- do run_query(
            "create or replace function " ~ schema ~ ".try_" ~ name ~ "(value text) returns " ~ type ~ " language plpgsql immutable parallel unsafe as $$ begin "
            ~ "if value !~ '" ~ pattern ~ "' then return null; end if; return " ~ expression ~ "; exception when others then return null; end $$") -%}
    {%- endfor -%}
    {%- do run_query(
        "create or replace function " ~ schema ~ ".try_jsonb(value text) returns jsonb language plpgsql immutable parallel unsafe as $$ begin "
        ~ "return value::jsonb; exception when others then return null; end $$") -%}
{%- endmacro %}

{#-
    What BigQuery lacks: the greatest and the least of values of which nulls are passed over (a function for each number of them, since it has none of any
    number), and a part of a text.
-#}
{% macro bigquery__make_engine_functions() -%}
    {%- set schema = post_purchase_gate.engine_schema() -%}
    {%- do run_query("create schema if not exists " ~ schema) -%}
    {%- for number in range(2, 41) -%}
        {%- set names = [] -%}
        {%- for place in range(number) -%}{%- do names.append('value_' ~ place) -%}{%- endfor -%}
        {%- for name, chosen in {'greatest': 'max', 'least': 'min'}.items() -%}
            {%- do run_query(
                "create or replace function " ~ schema ~ "." ~ name ~ "_" ~ number ~ "(" ~ names | join(' any type, ') ~ " any type) as "
                ~ "((select " ~ chosen ~ "(value) from unnest([" ~ names | join(', ') ~ "]) as value))") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query(
        "create or replace function " ~ schema ~ ".split_part(value string, mark string, number int64) returns string as "
        ~ "(case when value is not null then coalesce(split(value, mark)[safe_offset(number - 1)], '') end)") -%}
{%- endmacro %}

{#- It has a cast of its own that gives null, and no functions in PL/pgSQL. -#}
{% macro redshift__make_engine_functions() -%}{%- endmacro %}

{% macro engine_schema() -%}{{ post_purchase_gate.generate_schema_name('engine', none) }}{%- endmacro %}

{#- Tells the planner of a table that was just built: before it has looked for itself, PostgreSQL joins a million rows as if they were ten. -#}
{% macro analyze_table() -%}
    {{ return(adapter.dispatch('analyze_table', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__analyze_table() -%}{%- endmacro %}

{% macro postgres__analyze_table() -%}
    {%- if model.config.materialized in ['table', 'incremental'] -%}analyze {{ this }}{%- endif -%}
{%- endmacro %}

{#- The same of a table that goes by another name until the switch. -#}
{% macro analyze_relation(relation) -%}
    {{ return(adapter.dispatch('analyze_relation', 'post_purchase_gate')(relation)) }}
{%- endmacro %}

{% macro default__analyze_relation(relation) -%}{%- endmacro %}

{% macro postgres__analyze_relation(relation) -%}{%- do run_query('analyze ' ~ relation) -%}{%- endmacro %}

{#-
    Before a model that joins many rows by several columns at once: PostgreSQL takes such columns for independent, expects a dozen rows where there are a
    hundred thousand, and walks a table for each. Until the model is built it joins by hashes.
-#}
{% macro join_by_hashes() -%}
    {{ return(adapter.dispatch('join_by_hashes', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__join_by_hashes() -%}{%- endmacro %}

{% macro postgres__join_by_hashes() -%}set local enable_nestloop = off{%- endmacro %}

{% macro redshift__join_by_hashes() -%}{%- endmacro %}
