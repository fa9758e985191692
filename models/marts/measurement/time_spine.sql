{{ config(enabled=var('time_spine_enabled')) }}
{#- counted here, since dbt's own spine would ask the warehouse while the model is rendered -#}
{%- set first_day = modules.datetime.datetime(2010, 1, 1) %}
{%- set last_day = modules.datetime.datetime.strptime((post_purchase_gate.as_of_text() | trim)[:10], '%Y-%m-%d') if execute else first_day %}
{%- set first_instant = "cast('2010-01-01' as " ~ dbt.type_timestamp() ~ ")" %}
with

days as (
    {{ dbt.generate_series((last_day - first_day).days + 366) }}
)

select cast({{ post_purchase_gate.add_days('cast(generated_number as ' ~ dbt.type_int() ~ ') - 1', first_instant) }} as date) as date_day
from days
