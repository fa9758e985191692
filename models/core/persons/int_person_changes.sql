{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
) }}
-- Append-only: a row when an account turns out to be another person than at the last build that saw it. An account that was always its own
-- person has none. A full refresh keeps it.
with

persons as (
    select * from {{ ref('int_persons') }}
),

{% if is_incremental() -%}
last_numbers as (
    select
        customer_id,
        max(entry_number) as entry_number
    from {{ this }}
    group by customer_id
),

last_entries as (
    select
        entries.customer_id,
        entries.person_id,
        entries.entry_number
    from {{ this }} as entries
    inner join last_numbers
        on entries.customer_id = last_numbers.customer_id and entries.entry_number = last_numbers.entry_number
)
{%- else -%}
last_entries as (
    select
        customer_id,
        person_id,
        0 as entry_number
    from persons
    where 1 = 0
)
{%- endif %}

select
    cast({{ post_purchase_gate.text_key(['persons.customer_id', 'coalesce(last_entries.entry_number, 0) + 1']) }} as {{ dbt.type_string() }}) as change_id,
    cast(persons.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(coalesce(last_entries.entry_number, 0) + 1 as integer) as entry_number,
    cast(coalesce(last_entries.person_id, persons.customer_id) as {{ dbt.type_string() }}) as former_person_id,
    cast(persons.person_id as {{ dbt.type_string() }}) as person_id,
    {{ post_purchase_gate.as_of() }} as changed_at
from persons
left join last_entries
    on persons.customer_id = last_entries.customer_id
where
    coalesce(last_entries.person_id, persons.customer_id) <> persons.person_id  -- noqa: LT02
    {%- if is_incremental() %}
    -- what a build at an earlier instant finds was not found then
    and {{ post_purchase_gate.as_of() }} >= coalesce((select max(entries.changed_at) from {{ this }} as entries), {{ post_purchase_gate.as_of() }})
    {%- endif %}
