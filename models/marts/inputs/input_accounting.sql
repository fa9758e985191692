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
        count(case when judged._rejected_reason is null then 1 end) as rows_accepted,
        count(case when judged._repairs is not null then 1 end) as rows_repaired,
        count(case when judged._rejected_reason = 'repeat' then 1 end) as rows_repeated
    from {{ ref('base_' ~ table) }} as judged
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rejected as (
    select
        table_name,
        count(*) as rows_rejected,
        sum(case when reason like 'unreadable_line%' then 1 else 0 end) as unreadable_lines
    from {{ post_purchase_gate.built(ref('rejected_rows')) }}
    group by table_name
)

select
    cast(counts.table_name as {{ dbt.type_string() }}) as table_name,
    counts.is_connected,
    cast(counts.rows_in + coalesce(rejected.unreadable_lines, 0) as bigint) as rows_in,
    cast(counts.rows_accepted as bigint) as rows_accepted,
    cast(counts.rows_repaired as bigint) as rows_repaired,
    cast(coalesce(rejected.rows_rejected, 0) as bigint) as rows_rejected,
    cast(counts.rows_repeated as bigint) as rows_repeated
from counts
left join rejected
    on counts.table_name = rejected.table_name
