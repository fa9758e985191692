{{ config(enabled=var('time_spine_enabled')) }}
{%- set first_day = "cast('2010-01-01' as date)" %}
{%- set end_day = 'cast(' ~ post_purchase_gate.add_days(366, post_purchase_gate.as_of()) ~ ' as date)' %}
with

days as (
    {{ dbt.date_spine('day', first_day, end_day) }}
)

select cast(date_day as date) as date_day
from days
