{#- Schemas are named as the docs name them (`marts`, `staging`), with a prefix where several builds share a database. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set prefix = var('schema_prefix', '') -%}
    {{ prefix ~ (custom_schema_name | trim if custom_schema_name else target.schema) }}
{%- endmacro %}
