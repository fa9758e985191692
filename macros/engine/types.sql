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

{#- only of a text -#}
{% macro snowflake__try_cast(expression, type) -%}
    try_cast(cast({{ expression }} as varchar) as {{ type }})
{%- endmacro %}

{% macro bigquery__try_cast(expression, type) -%}
    safe_cast({{ expression }} as {{ 'float64' if type == 'double' else type }})
{%- endmacro %}

{% macro redshift__try_cast(expression, type) -%}
    try_cast({{ expression }} as {{ 'double precision' if type == 'double' else type }})
{%- endmacro %}

{#- A decimal of more than nine decimals. -#}
{% macro type_decimal(precision, scale) -%}
    {{ return(adapter.dispatch('type_decimal', 'post_purchase_gate')(precision, scale)) }}
{%- endmacro %}

{% macro default__type_decimal(precision, scale) -%}{{ return('decimal(' ~ precision ~ ', ' ~ scale ~ ')') }}{%- endmacro %}

{% macro bigquery__type_decimal(precision, scale) -%}{{ return('bignumeric(' ~ precision ~ ', ' ~ scale ~ ')') }}{%- endmacro %}

{% macro null_as(type) -%}cast(null as {{ type }}){%- endmacro %}

{#- A quantile of a group, interpolated; nulls do not count. -#}
{% macro quantile(expression, share) -%}
    {{ return(adapter.dispatch('quantile', 'post_purchase_gate')(expression, share)) }}
{%- endmacro %}

{% macro default__quantile(expression, share) -%}
    percentile_cont({{ share }}) within group (order by {{ expression }})
{%- endmacro %}

{#- only its window function is exact: the two values around the place, each as near as it is -#}
{% macro bigquery__quantile(expression, share) -%}
    {%- set sorted = 'array_agg(' ~ expression ~ ' ignore nulls order by ' ~ expression ~ ')' -%}
    {%- set place = '(' ~ share ~ ' * (count(' ~ expression ~ ') - 1))' -%}
    (
        {{ sorted }}[safe_offset(cast(floor({{ place }}) as int64))] * (1 - {{ place }} + floor({{ place }}))
        + {{ sorted }}[safe_offset(cast(ceil({{ place }}) as int64))] * ({{ place }} - floor({{ place }}))
    )
{%- endmacro %}
