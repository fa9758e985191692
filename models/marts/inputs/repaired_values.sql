{#- What was set right in rows that were accepted, by kind. -#}
with

combinations as (
    {%- for table in post_purchase_gate.contract_tables() %}
    select
        '{{ table }}' as table_name,
        _repairs as repairs,
        count(*) as row_count
    from {{ ref('base_' ~ table) }}
    where _repairs is not null
    group by 2
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cast({{ post_purchase_gate.text_key(['table_name', 'repairs']) }} as {{ dbt.type_string() }}) as repaired_value_id,
    cast(table_name as {{ dbt.type_string() }}) as table_name,
    cast(repairs as {{ dbt.type_string() }}) as repairs,
    cast(row_count as bigint) as row_count
from combinations
