{#- The engine's name for a contract type. -#}
{% macro contract_type(name) -%}
    {%- set types = {
        'varchar': dbt.type_string(), 'timestamp': dbt.type_timestamp(), 'date': 'date', 'boolean': 'boolean',
        'integer': 'integer', 'decimal': 'decimal(18, 4)',
    } -%}
    {{ types[name] }}
{%- endmacro %}

{#- A cast that gives null where the value does not parse (dbt.safe_cast raises on DuckDB and PostgreSQL). -#}
{% macro try_cast(expression, type) -%}
    {{ return(adapter.dispatch('try_cast', 'post_purchase_gate')(expression, type)) }}
{%- endmacro %}

{% macro default__try_cast(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{% macro postgres__try_cast(expression, type) -%}
    {%- set names = {
        'decimal(18, 4)': 'decimal', 'double': 'double', 'bigint': 'bigint', 'integer': 'integer', 'timestamp': 'timestamp',
        'timestamp without time zone': 'timestamp',
    } -%}
    cast({{ post_purchase_gate.engine_schema() }}.try_{{ names[type | lower | trim] }}(cast({{ expression }} as text)) as {{ 'double precision' if type == 'double' else type }})
{%- endmacro %}

{% macro null_as(type) -%}cast(null as {{ type }}){%- endmacro %}

{#- A quantile of a group, interpolated; nulls do not count. -#}
{% macro quantile(expression, share) -%}
    percentile_cont({{ share }}) within group (order by {{ expression }})
{%- endmacro %}
