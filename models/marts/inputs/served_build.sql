{{ config(materialized='mart_switch') }}
-- The last node of a build: its row stands, and every mart that the build made is in place, or nothing of either is.
{%- for mart in post_purchase_gate.marts_before_switch() %}
-- depends_on: {{ ref(mart) }}
{%- endfor %}
select
    cast('{{ post_purchase_gate.build_id() }}' as {{ dbt.type_string() }}) as build_id,
    {{ post_purchase_gate.as_of() }} as as_of
