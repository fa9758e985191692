{%- set tables = post_purchase_gate.contract_tables() -%}
with

rejected as (
    {%- for table in tables %}
    select
        '{{ table }}' as table_name,
        _row_key as row_key,
        _rejected_reason as reason,
        _original_values as original_values,
        _loaded_at as loaded_at
    from {{ ref('base_' ~ table) }}
    -- an exact copy of an accepted row is lost to nobody: input_accounting counts it
    where _rejected_reason <> 'repeat'
    union all
    {%- endfor %}
    {{ post_purchase_gate.unreadable_lines() }}
),

numbered as (
    select
        *,
        -- rows that are the same in every column are told apart by a count
        row_number() over (partition by table_name, row_key, reason, original_values order by loaded_at) as copy_number
    from rejected
)

select
    cast({{ post_purchase_gate.text_key([
        'table_name', 'row_key', 'reason', 'original_values', 'copy_number',
    ]) }} as {{ dbt.type_string() }}) as rejected_row_id,
    cast(table_name as {{ dbt.type_string() }}) as table_name,
    cast(row_key as {{ dbt.type_string() }}) as row_key,
    cast(reason as {{ dbt.type_string() }}) as reason,
    cast(original_values as {{ dbt.type_string() }}) as original_values,
    cast(loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
from numbered
