-- A quiet table says little about its loader; the other tables of its source say more. Of several sources the one that is furthest behind speaks.
{%- set tables = post_purchase_gate.contract_tables() %}
with

table_loads as (
    {%- for connector in post_purchase_gate.used_connectors() %}
    {%- for table in tables %}
    {%- set relation = post_purchase_gate.raw_relation(connector, table) %}
    {%- set type = post_purchase_gate.raw_column_type(relation, '_loaded_at') if execute else none %}
    {%- if type %}
    select
        '{{ connector }}' as connector,
        max(loaded_at) as loaded_at
    from (
        select {{ post_purchase_gate.read_loaded_at('raw___loaded_at', type) }} as loaded_at
        from (select distinct {{ post_purchase_gate.as_brought('_loaded_at', type) }} as raw___loaded_at from {{ relation }}) as brought
    ) as {{ table }}
    where loaded_at <= {{ post_purchase_gate.latest_known() }}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as connector,
        cast(null as {{ dbt.type_timestamp() }}) as loaded_at
    where 1 = 0
),

source_loads as (
    select
        connector,
        max(loaded_at) as loaded_at
    from table_loads
    group by connector
),

feed_sources as (
    {%- for connector in post_purchase_gate.used_connectors() %}
    {%- for feed in post_purchase_gate.feeds() %}
    {%- set relation = post_purchase_gate.raw_relation(connector, feed.table) %}
    {%- if execute and relation is not none and adapter.get_relation(relation.database, relation.schema, relation.identifier) is not none %}
    select
        '{{ connector }}' as connector,
        '{{ feed.feed }}' as feed
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as connector,
        cast(null as {{ dbt.type_string() }}) as feed
    where 1 = 0
)

select
    feed_sources.feed,
    case when count(source_loads.loaded_at) = count(*) then min(source_loads.loaded_at) end as loaded_at
from feed_sources
left join source_loads
    on feed_sources.connector = source_loads.connector
group by feed_sources.feed
