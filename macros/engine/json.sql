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
    cross join lateral (select {{ post_purchase_gate.json_items(value) }} as item) as {{ alias }}
{%- endmacro %}
