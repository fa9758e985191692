{#- What the owner says must not be spoken against by the rows: the build stops and names both. -#}
{% test owner_says_so(model, column_name, said, seen, way_out) %}
    {{ config(severity='error') }}
    {%- if execute -%}
        {%- set wrong = run_query("select feed from " ~ model ~ " where " ~ column_name ~ " order by 1") -%}
        {%- if wrong | length -%}
            {{ exceptions.raise_compiler_error(wrong.columns[0].values() | join(', ') ~ ": " ~ said ~ ", but " ~ seen ~ ". " ~ way_out) }}
        {%- endif -%}
    {%- endif -%}
    select {{ column_name }}
    from {{ model }}
    where 1 = 0
{% endtest %}
