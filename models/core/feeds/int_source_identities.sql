{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
) }}
-- Append-only: a row when a build brings another source than the last. What a database is of is asked before the next build writes anything into it.
{%- set identity = post_purchase_gate.name_of('identity') %}
with

entries as (
    {%- if is_incremental() %}
    select
        entry_number,
        {{ identity }}
    from {{ this }}
    {%- else %}
    select
        cast(null as integer) as entry_number,
        cast(null as {{ dbt.type_string() }}) as {{ identity }}
    where 1 = 0
    {%- endif %}
),

present as (
    select
        cast('{{ post_purchase_gate.sql_text(post_purchase_gate.source_identity()) if execute }}' as {{ dbt.type_string() }}) as {{ identity }},
        max(entry_number) as last_number
    from entries
)

select
    cast(coalesce(present.last_number, 0) + 1 as integer) as entry_number,
    present.{{ identity }},
    {{ post_purchase_gate.as_of() }} as first_built_as_of
from present
left join entries as last_entry
    on present.last_number = last_entry.entry_number and present.{{ identity }} = last_entry.{{ identity }}
where last_entry.entry_number is null
