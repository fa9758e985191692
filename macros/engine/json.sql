{#- Objects and lists that a loader keeps in one column. What is no JSON is null. -#}

{#- A column as JSON, whatever type the loader gave it. -#}
{% macro json_of(column, type) -%}
    {{ return(adapter.dispatch('json_of', 'post_purchase_gate')(column, type)) }}
{%- endmacro %}

{% macro default__json_of(column, type) -%}
    {{ return(column if type == 'json' else ('try_cast(' ~ column ~ ' as json)' if post_purchase_gate.is_text_type(type) and not type.endswith('[]') and '(' not in type else 'to_json(' ~ column ~ ')')) }}
{%- endmacro %}

{% macro postgres__json_of(column, type) -%}
    {{ return(
        column if type == 'jsonb'
        else post_purchase_gate.engine_schema() ~ '.try_jsonb(' ~ column ~ ')' if post_purchase_gate.is_text_type(type)
        else 'to_jsonb(' ~ column ~ ')'
    ) }}
{%- endmacro %}

{% macro snowflake__json_of(column, type) -%}
    {{ return(column if type == 'variant' else 'try_parse_json(' ~ column ~ ')' if post_purchase_gate.is_text_type(type) else 'to_variant(' ~ column ~ ')') }}
{%- endmacro %}

{% macro bigquery__json_of(column, type) -%}
    {{ return(column if type == 'json' else 'safe.parse_json(' ~ column ~ ')' if post_purchase_gate.is_text_type(type) else 'to_json(' ~ column ~ ')') }}
{%- endmacro %}

{#- Spark and Redshift read JSON where it is text -#}
{% macro spark__json_of(column, type) -%}
    {{ return(column if post_purchase_gate.is_text_type(type) else 'to_json(' ~ column ~ ')') }}
{%- endmacro %}

{% macro redshift__json_of(column, type) -%}
    {{ return(column if post_purchase_gate.is_text_type(type) else 'json_serialize(' ~ column ~ ')') }}
{%- endmacro %}

{#- A part of a JSON value as JSON. `steps`: names of keys, the outermost first. -#}
{% macro json_part(value, steps) -%}
    {{ return(adapter.dispatch('json_part', 'post_purchase_gate')(value, steps)) }}
{%- endmacro %}

{% macro default__json_part(value, steps) -%}
    {{ return("json_extract(" ~ value ~ ", '$" ~ post_purchase_gate.json_steps(steps) ~ "')") }}
{%- endmacro %}

{% macro postgres__json_part(value, steps) -%}
    {{ return("(" ~ value ~ " #> '" ~ post_purchase_gate.json_keys(steps) ~ "')") }}
{%- endmacro %}

{% macro snowflake__json_part(value, steps) -%}
    {%- set ns = namespace(value=value) -%}
    {%- for step in steps -%}{%- set ns.value = "get(" ~ ns.value ~ ", '" ~ post_purchase_gate.sql_text(step) ~ "')" -%}{%- endfor -%}
    {{ return(ns.value) }}
{%- endmacro %}

{% macro bigquery__json_part(value, steps) -%}
    {{ return("json_query(" ~ value ~ ", '$" ~ post_purchase_gate.sql_text(post_purchase_gate.json_steps(steps)) ~ "')") }}
{%- endmacro %}

{% macro spark__json_part(value, steps) -%}
    {%- set path = ['$'] -%}
    {%- for step in steps -%}{%- do path.append("['" ~ step ~ "']") -%}{%- endfor -%}
    {{ return("get_json_object(" ~ value ~ ", '" ~ post_purchase_gate.sql_text(path | join('')) ~ "')" if steps else value) }}
{%- endmacro %}

{% macro redshift__json_part(value, steps) -%}
    {%- set path = [] -%}
    {%- for step in steps -%}{%- do path.append("'" ~ post_purchase_gate.sql_text(step) ~ "'") -%}{%- endfor -%}
    {{ return("json_extract_path_text(" ~ value ~ ", " ~ path | join(', ') ~ ", true)" if steps else value) }}
{%- endmacro %}

{#- The same as text: blank and null are null. -#}
{% macro json_text(value, steps) -%}
    {{ return(adapter.dispatch('json_text', 'post_purchase_gate')(value, steps)) }}
{%- endmacro %}

{% macro default__json_text(value, steps) -%}
    {{ return("nullif(trim(json_extract_string(" ~ value ~ ", '$" ~ post_purchase_gate.json_steps(steps) ~ "')), '')") }}
{%- endmacro %}

{% macro postgres__json_text(value, steps) -%}
    {{ return("nullif(trim(cast(" ~ value ~ " as jsonb) #>> '" ~ post_purchase_gate.json_keys(steps) ~ "'), '')") }}
{%- endmacro %}

{% macro snowflake__json_text(value, steps) -%}
    {{ return("nullif(trim(cast(" ~ post_purchase_gate.json_part(value, steps) ~ " as varchar)), '')") }}
{%- endmacro %}

{#- of a text without its quotes, and of an object as it is written -#}
{% macro bigquery__json_text(value, steps) -%}
    {%- set path = post_purchase_gate.sql_text(post_purchase_gate.json_steps(steps)) -%}
    {{ return("nullif(trim(coalesce(json_value(" ~ value ~ ", '$" ~ path ~ "'), nullif(to_json_string(" ~ post_purchase_gate.json_part(value, steps) ~ "), 'null'))), '')") }}
{%- endmacro %}

{% macro spark__json_text(value, steps) -%}
    {{ return("nullif(trim(" ~ post_purchase_gate.json_part(value, steps) ~ "), '')") }}
{%- endmacro %}

{% macro redshift__json_text(value, steps) -%}
    {{ return(post_purchase_gate.spark__json_text(value, steps)) }}
{%- endmacro %}

{#- PostgreSQL's list of keys, each in quotes: people name fields with commas and spaces. -#}
{% macro json_keys(steps) -%}
    {%- set parts = [] -%}
    {%- for step in steps -%}{%- do parts.append('"' ~ step | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}{%- endfor -%}
    {{ return('{' ~ post_purchase_gate.sql_text(parts | join(',')) ~ '}') }}
{%- endmacro %}

{% macro json_steps(steps) -%}
    {%- set parts = [] -%}
    {%- for step in steps -%}{%- do parts.append('."' ~ step ~ '"') -%}{%- endfor -%}
    {{ return(parts | join('')) }}
{%- endmacro %}

{#- The items of a JSON list, a row each. -#}
{% macro json_items(value) -%}
    {{ return(adapter.dispatch('json_items', 'post_purchase_gate')(value)) }}
{%- endmacro %}

{% macro default__json_items(value) -%}
    {{ return("unnest(case when json_type(" ~ value ~ ") = 'ARRAY' then cast(" ~ value ~ " as json[]) end)") }}
{%- endmacro %}

{% macro postgres__json_items(value) -%}
    {{ return("jsonb_array_elements(case when jsonb_typeof(" ~ value ~ ") = 'array' then " ~ value ~ " end)") }}
{%- endmacro %}

{#- Joins the items of a list that a text column holds, a row each: `alias`.item. -#}
{% macro join_items(column, alias) -%}
    {{ post_purchase_gate.join_items_of(post_purchase_gate.json_of(column, 'varchar'), alias) }}
{%- endmacro %}

{#- The same of a JSON value. -#}
{% macro join_items_of(value, alias) -%}
    {{ return(adapter.dispatch('join_items_of', 'post_purchase_gate')(value, alias)) }}
{%- endmacro %}

{% macro default__join_items_of(value, alias) -%}
    cross join lateral (select {{ post_purchase_gate.json_items(value) }} as item) as {{ alias }}
{%- endmacro %}

{% macro snowflake__join_items_of(value, alias) -%}
    cross join lateral (select items.value as item from table(flatten(input => case when is_array({{ value }}) then {{ value }} end)) as items) as {{ alias }}
{%- endmacro %}

{% macro bigquery__join_items_of(value, alias) -%}
    cross join unnest(array(select as struct item from unnest(json_query_array({{ value }})) as item)) as {{ alias }}
{%- endmacro %}

{% macro spark__join_items_of(value, alias) -%}
    cross join lateral explode(from_json({{ value }}, 'array<string>')) as {{ alias }}(item)
{%- endmacro %}

{#- it takes apart what a column holds, and not what an expression gives -#}
{% macro redshift__join_items_of(value, alias) -%}
    {%- if execute -%}
    {{ exceptions.raise_compiler_error("Redshift cannot take a list of JSON apart in a query of its own: let the loader bring its items as a table.") }}
    {%- endif -%}
{%- endmacro %}
