-- This model stands behind all that reads the files: one that was replaced meanwhile stops the build here, before the switch.
-- What was counted at the file beside what became of its records. Where several sources bring a table nobody can tell whose rows were refused.
{%- set found = adapter.get_relation(target.database, 'raw', 'landed_files') if execute and var('raw_path', none) %}
{%- do post_purchase_gate.check_landed_files_stand('raw', var('raw_path', none)) %}
{%- set is_one_source = not execute or post_purchase_gate.used_connectors() == ['native'] %}
with

landed as (
    {%- if found %}
    select
        table_name,
        file_name,
        encoding,
        bytes,
        lines,
        records
    from {{ found }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(null as {{ dbt.type_string() }}) as encoding,
        cast(null as bigint) as bytes,
        cast(null as bigint) as lines,
        cast(null as bigint) as records
    where 1 = 0
    {%- endif %}
)

select
    cast(landed.file_name as {{ dbt.type_string() }}) as file_name,
    cast(landed.table_name as {{ dbt.type_string() }}) as table_name,
    cast(landed.encoding as {{ dbt.type_string() }}) as encoding,
    cast(landed.bytes as bigint) as bytes,
    cast(landed.lines as bigint) as lines,
    cast(landed.records as bigint) as records_in,
    case when {{ is_one_source }} then tables.rows_accepted end as records_accepted,
    case when {{ is_one_source }} then tables.rows_repaired end as records_repaired,
    case when {{ is_one_source }} then tables.rows_rejected end as records_rejected,
    case when {{ is_one_source }} then tables.rows_repeated end as records_repeated
from landed
inner join {{ post_purchase_gate.built(ref('input_accounting')) }} as tables
    on landed.table_name = tables.table_name
