-- Rows in are counted at the source, not in staging: what staging lost would show.
{%- set tables = post_purchase_gate.contract_tables() %}
with

counts as (
    {%- for table in tables %}
    {%- set relations = post_purchase_gate.connected_relations(table) %}
    select
        '{{ table }}' as table_name,
        {{ 'true' if relations else 'false' }} as is_connected,
        (
            {%- for relation in relations %}
            (select count(*) from {{ relation }}) +
            {%- endfor %} 0
        ) as rows_in,
        (select count(*) from {{ ref('stg_' ~ table) }}) as rows_accepted
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rejected as (
    select
        table_name,
        count(*) as rows_rejected,
        sum(case when reason like 'unreadable_line%' then 1 else 0 end) as unreadable_lines
    from {{ ref('rejected_rows') }}
    group by table_name
)

select
    cast(counts.table_name as {{ dbt.type_string() }}) as table_name,
    counts.is_connected,
    cast(counts.rows_in + coalesce(rejected.unreadable_lines, 0) as bigint) as rows_in,
    cast(counts.rows_accepted as bigint) as rows_accepted,
    cast(coalesce(rejected.rows_rejected, 0) as bigint) as rows_rejected
from counts
left join rejected
    on counts.table_name = rejected.table_name
