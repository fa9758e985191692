{#- The wide seed, one column per action, made long. The seed's own columns are read, so that a new action is one column. -#}
{%- set matrix = ref('gate_matrix') -%}
{%- set fixed = ['position', 'check_name', 'state'] -%}
{%- set actions = [] -%}
{%- if execute -%}
    {%- for column in adapter.get_columns_in_relation(matrix) if column.name | lower not in fixed -%}
        {%- do actions.append(column.name | lower) -%}
    {%- endfor -%}
{%- endif -%}
with

cells as (
    {%- for action in actions %}
    select
        position as matrix_position,
        check_name,
        state,
        '{{ action }}' as action,
        {{ action }} as verdict
    from {{ matrix }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as integer) as matrix_position,
        cast(null as {{ dbt.type_string() }}) as check_name,
        cast(null as {{ dbt.type_string() }}) as state,
        cast(null as {{ dbt.type_string() }}) as action,
        cast(null as {{ dbt.type_string() }}) as verdict
    {%- endfor %}
)

select *
from cells
where verdict is not null
