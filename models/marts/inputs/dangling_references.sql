{#- References that lead nowhere, of rows that were kept without them and of rows that were refused for them. -#}
with

counted as (
    {%- for table, references in post_purchase_gate.references().items() %}
    {%- for reference in references %}
    select
        '{{ table }}' as table_name,
        '{{ reference.column }}' as column_name,
        {{ reference.value }} as dangling_value,
        count(*) as row_count,
        count(case when _rejected_reason is not null then 1 end) as rejected_count,
        max({{ post_purchase_gate.row_time(table) if execute else '_loaded_at' }}) as last_seen_at
    from {{ ref('base_' ~ table) }}
    where {{ reference.condition }}
    group by 3
    union all
    {%- endfor %}
    {%- endfor %}
    {%- if post_purchase_gate.connected_relations('products') %}
    select
        'order_lines' as table_name,
        'sku' as column_name,
        lines.sku as dangling_value,
        count(*) as row_count,
        0 as rejected_count,
        max(lines._loaded_at) as last_seen_at
    from {{ ref('stg_order_lines') }} as lines
    left join {{ ref('stg_products') }} as products
        on lines.sku = products.sku
    where lines.sku is not null and products.sku is null
    group by 3
    union all
    {%- endif %}
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as dangling_value,
        0 as row_count,
        0 as rejected_count,
        cast(null as {{ dbt.type_timestamp() }}) as last_seen_at
    where 1 = 0
)

select
    cast({{ post_purchase_gate.text_key(['table_name', 'column_name', 'dangling_value']) }} as {{ dbt.type_string() }}) as dangling_reference_id,
    cast(table_name as {{ dbt.type_string() }}) as table_name,
    cast(column_name as {{ dbt.type_string() }}) as column_name,
    cast(dangling_value as {{ dbt.type_string() }}) as dangling_value,
    cast(row_count as bigint) as row_count,
    cast(rejected_count as bigint) as rejected_count,
    cast(last_seen_at as {{ dbt.type_timestamp() }}) as last_seen_at
from counted
